# Everything where Debian expects it.
include(GNUInstallDirs)
install(TARGETS longpolld RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES config/longpolld.toml DESTINATION /etc/longpolld)
install(FILES systemd/longpolld.service systemd/longpolld.socket DESTINATION lib/systemd/system)
install(FILES systemd/longpolld.sysusers DESTINATION lib/sysusers.d RENAME longpolld.conf)
install(DIRECTORY config/proxy DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
