# SPDX-License-Identifier: MIT
# Sets what is known only after the build. CPack reads this file before it makes a package.

# For DEB: finds the packages that the executable needs. CPack's own search would include the
# libraries, and require a 32-bit C library, which only 32-bit programs need.
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

# For RPM: writes the change log in its own form.
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
