# SPDX-License-Identifier: MIT
# Writes the name of the embedded libraries' content, run as
#   cmake -DHEADER=payload_hash.h "-DLIBRARIES=a.so;b.so" -P payload_hash.cmake
set(hashes "")
foreach(library IN LISTS LIBRARIES)
  file(SHA256 "${library}" hash)
  string(APPEND hashes "${hash} ")
endforeach()
string(SHA256 name "${hashes}")
string(SUBSTRING "${name}" 0 16 name)
file(WRITE "${HEADER}" "#define PAYLOAD_HASH \"${name}\"\n")
