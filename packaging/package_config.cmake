# SPDX-License-Identifier: MIT
# Read by CPack before it makes a package: what is known only when all is built.

# For DEB: what the executable needs. CPack's own search would go through the libraries as well, and
# have a 32-bit C library installed for the one that only 32-bit programs load.
function(find_dependencies)
  set(directory ${CPACK_PACKAGE_DIRECTORY}/_CPack_Packages/dependencies)
  file(WRITE ${directory}/debian/control "Source: bindto\n\nPackage: bindto\nArchitecture: any\n")
  execute_process(COMMAND dpkg-shlibdeps -O ${CPACK_BINDTO_EXECUTABLE} WORKING_DIRECTORY ${directory}
    OUTPUT_VARIABLE found RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(failed OR NOT found MATCHES "^shlibs:Depends=(.+)$")
    message(FATAL_ERROR "dpkg-shlibdeps (package dpkg-dev) does not tell what the executable needs")
  endif()
  set(CPACK_DEBIAN_PACKAGE_DEPENDS ${CMAKE_MATCH_1} PARENT_SCOPE)
endfunction()

# For RPM: its own form of change log.
function(write_rpm_changelog)
  set(file ${CPACK_PACKAGE_DIRECTORY}/_CPack_Packages/changelog.rpm)
  string(TIMESTAMP date "%a %b %d %Y" UTC)
  file(WRITE ${file} "* ${date} ${CPACK_PACKAGE_CONTACT} - "
    "${CPACK_PACKAGE_VERSION}-${CPACK_RPM_PACKAGE_RELEASE}\n- See CHANGELOG.md.\n")
  set(CPACK_RPM_CHANGELOG_FILE ${file} PARENT_SCOPE)
endfunction()

if(CPACK_GENERATOR STREQUAL "DEB")
  find_dependencies()
elseif(CPACK_GENERATOR STREQUAL "RPM")
  write_rpm_changelog()
endif()
