# SPDX-License-Identifier: MIT
# Writes a header with PAYLOAD_HASH, a hash of the embedded libraries:
#   cmake -DHEADER=payload_hash.h "-DLIBRARIES=a.so;b.so" -P payload_hash.cmake
set(hashes "")
foreach(library IN LISTS LIBRARIES)
  file(SHA256 "${library}" hash)
  string(APPEND hashes "${hash} ")
endforeach()
string(SHA256 name "${hashes}")
string(SUBSTRING "${name}" 0 16 name)
file(WRITE "${HEADER}" "#define PAYLOAD_HASH \"${name}\"\n")
