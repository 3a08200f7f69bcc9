# Everything where Debian expects it, below whatever prefix is given when it is installed.
include(GNUInstallDirs)
install(TARGETS longpolld RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES systemd/longpolld.socket DESTINATION lib/systemd/system)
install(FILES systemd/longpolld.sysusers DESTINATION lib/sysusers.d RENAME longpolld.conf)
install(DIRECTORY config/proxy DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(CODE "
  set(source \"${PROJECT_SOURCE_DIR}\")
  set(bin \"${CMAKE_INSTALL_BINDIR}\")
  set(doc \"${CMAKE_INSTALL_DOCDIR}\")")
install(SCRIPT config/install_settings.cmake)
