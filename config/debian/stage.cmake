# Runs before cpack packs what was installed: adds what Debian wants besides, and takes away what it has otherwise.
# Given: CPACK_…; file(INSTALL) would have DESTDIR added.
cmake_policy(VERSION 3.22)
file(GLOB_RECURSE readme ${CPACK_TEMPORARY_DIRECTORY}/README.md)
list(FILTER readme INCLUDE REGEX "/doc/longpolld/README\\.md$")
get_filename_component(doc ${readme} DIRECTORY)

function(pack from to)
  execute_process(COMMAND ${CPACK_LONGPOLLD_GZIP} -9nc ${from} OUTPUT_FILE ${doc}/${to} RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "gzip of ${from}: ${failed}")
  endif()
  file(REMOVE ${from})
endfunction()

pack(${doc}/CHANGELOG.md changelog.gz)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)  # SOURCE_DATE_EPOCH, as in epoch.cmake
set(version ${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})
file(CONFIGURE OUTPUT ${doc}/changelog.Debian @ONLY CONTENT "longpolld (@version@) unstable; urgency=medium

  * Version @CPACK_PACKAGE_VERSION@ of the program; changelog.gz has its changes.

 -- @CPACK_DEBIAN_PACKAGE_MAINTAINER@  @date@
")
pack(${doc}/changelog.Debian changelog.Debian.gz)

# The licence is the copyright's second half.
file(READ ${doc}/LICENSE licence)
string(REGEX MATCH "Copyright [^\n]*" copyright "${licence}")
string(REPLACE "Copyright (c) " "" copyright "${copyright}")
string(REGEX REPLACE "^.*\n\n(Permission )" "\\1" licence "${licence}")
string(REGEX REPLACE "\n+$" "" licence "${licence}")
string(REPLACE "\n\n" "\n.\n" licence "${licence}")
string(REPLACE "\n" "\n " licence "${licence}")
file(WRITE ${doc}/copyright "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: longpolld

Files: *
Copyright: ${copyright}
License: Expat
 ${licence}
")
file(REMOVE ${doc}/LICENSE)

get_filename_component(root ${doc}/../../../.. ABSOLUTE)
set(overrides ${root}/usr/share/lintian/overrides/longpolld)
configure_file(${CPACK_LONGPOLLD_SOURCE}/config/debian/lintian-overrides ${overrides} COPYONLY)

# Whatever the umask of who packs.
file(CHMOD ${overrides} ${doc}/copyright ${doc}/changelog.gz ${doc}/changelog.Debian.gz
  PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
file(GLOB_RECURSE all LIST_DIRECTORIES true ${root}/*)
foreach(one ${all})
  if(IS_DIRECTORY ${one})
    file(CHMOD ${one} PERMISSIONS
      OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  endif()
endforeach()
