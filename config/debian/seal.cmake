# Runs once cpack has packed: has dpkg-deb do it again, in whose archive nothing is left of who packed, where, or with
# which umask. Given: CPACK_….
cmake_policy(VERSION 3.22)
set(tree ${CPACK_TEMPORARY_DIRECTORY}.sealed)
foreach(package ${CPACK_PACKAGE_FILES})
  file(REMOVE_RECURSE ${tree})
  execute_process(COMMAND dpkg-deb --raw-extract ${package} ${tree} COMMAND_ERROR_IS_FATAL ANY)
  file(CHMOD ${tree} ${tree}/DEBIAN PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  # One thread: with more of them xz writes other bytes.
  execute_process(COMMAND dpkg-deb --root-owner-group --threads-max=1 -Zxz --build ${tree} ${package}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(REMOVE_RECURSE ${tree})
