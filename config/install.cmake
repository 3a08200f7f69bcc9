# Everything where Debian expects it, below whatever prefix is given when it is installed.
include(GNUInstallDirs)
set(documents ${PROJECT_BINARY_DIR}/documents)
add_custom_command(TARGET longpolld POST_BUILD VERBATIM COMMAND ${CMAKE_COMMAND} -Dbinary=$<TARGET_FILE:longpolld>
  -Dgzip=${GZIP} -Dout=${documents} -P ${PROJECT_SOURCE_DIR}/config/documents.cmake)

install(TARGETS longpolld RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES systemd/longpolld.socket DESTINATION lib/systemd/system)
install(FILES systemd/longpolld.sysusers DESTINATION lib/sysusers.d RENAME longpolld.conf)
# As in the tree, so that links between them lead somewhere.
foreach(document README.md SECURITY.md CHANGELOG.md CONTRIBUTING.md LICENSE config/caches.md config/compose.yaml
    config/golongpoll.md config/longpolld.toml config/pages.webp config/redis.md config/sizing.md src/README.md
    src/web/README.md src/web/client.d.ts tests/README.md tests/bench/README.md tests/bench/figures.svg)
  get_filename_component(place ${document} DIRECTORY)
  install(FILES ${document} DESTINATION ${CMAKE_INSTALL_DOCDIR}/${place})
endforeach()
install(DIRECTORY config/doc config/monitoring config/proxy DESTINATION ${CMAKE_INSTALL_DOCDIR}/config)
install(FILES ${documents}/longpolld.1.gz DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/man/man1)
install(FILES ${documents}/longpolld.toml.5.gz DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/man/man5)
install(FILES ${documents}/longpolld.bash DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions
  RENAME longpolld)
install(DIRECTORY tests/examples DESTINATION ${CMAKE_INSTALL_DOCDIR}/tests)
install(CODE "
  set(source \"${PROJECT_SOURCE_DIR}\")
  set(bin \"${CMAKE_INSTALL_BINDIR}\")
  set(doc \"${CMAKE_INSTALL_DOCDIR}\")")
install(SCRIPT config/install_options.cmake)
