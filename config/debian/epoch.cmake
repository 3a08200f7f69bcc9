# Read by cpack before it packs: all times in the package are SOURCE_DATE_EPOCH, unless it is given that of the last
# commit, or where there is none (Docker, an archive of the sources) that of the changelog.
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  execute_process(COMMAND git -C ${CPACK_LONGPOLLD_SOURCE} log -1 --format=%ct
    OUTPUT_VARIABLE epoch OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT epoch)
    file(TIMESTAMP ${CPACK_LONGPOLLD_SOURCE}/CHANGELOG.md epoch %s UTC)
  endif()
  set(ENV{SOURCE_DATE_EPOCH} ${epoch})
endif()
