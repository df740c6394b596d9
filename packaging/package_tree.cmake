# SPDX-License-Identifier: MIT
# Changes the tree that CPack packs, where a package differs from `cmake --install`. CPack runs
# this.
set(share ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share)

# -n leaves name and time out, so that each run gives the same bytes.
function(compress file)
  execute_process(COMMAND gzip -9nf ${file} RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "gzip failed on ${file}")
  endif()
endfunction()

# Renames the documents as Debian wants them, and writes a change log in Debian's form.
function(write_debian_documents)
  set(doc ${share}/doc/bindto)
  file(RENAME ${doc}/LICENSE ${doc}/copyright)
  file(RENAME ${doc}/CHANGELOG.md ${doc}/changelog)
  string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
  file(WRITE ${doc}/changelog.Debian
    "bindto (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium\n\n"
    "  * Upstream's package of ${CPACK_PACKAGE_VERSION}: see changelog.gz.\n\n"
    " -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
  compress(${doc}/changelog)
  compress(${doc}/changelog.Debian)
endfunction()

compress(${share}/man/man1/bindto.1)
if(CPACK_GENERATOR STREQUAL "DEB")
  write_debian_documents()
endif()
