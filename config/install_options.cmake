# Runs when it is installed: the options, which are kept where somebody has changed them, and the service, which names
# where the binary and its options are. Given: source, bin, doc, and CMAKE_INSTALL_PREFIX.
set(prefix ${CMAKE_INSTALL_PREFIX})
set(SYSCONFDIR ${prefix}/etc)
if(prefix STREQUAL /usr)
  set(SYSCONFDIR /etc)
endif()
set(BINDIR ${prefix}/${bin})
set(DOCDIR ${prefix}/${doc})

set(options $ENV{DESTDIR}${SYSCONFDIR}/longpolld/longpolld.toml)
set(name longpolld.toml)
# All defaults, but that the service can be looked at from its own machine.
file(READ ${source}/config/longpolld.toml new)
string(REPLACE "#admin_listen = []" "admin_listen = [\"127.0.0.1:8081\"]" new "${new}")
if(EXISTS ${options})
  file(READ ${options} there)
  if(NOT there STREQUAL new)
    set(name longpolld.toml.new)
    message(STATUS "Kept ${options}, which differs; what it would have become is ${options}.new")
  endif()
endif()
set(written $ENV{DESTDIR}${SYSCONFDIR}/longpolld/${name})
file(WRITE ${written} "${new}")
file(CHMOD ${written} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
list(APPEND CMAKE_INSTALL_MANIFEST_FILES ${SYSCONFDIR}/longpolld/${name})

set(unit ${prefix}/lib/systemd/system/longpolld.service)
configure_file(${source}/systemd/longpolld.service.in $ENV{DESTDIR}${unit} @ONLY
  FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
list(APPEND CMAKE_INSTALL_MANIFEST_FILES ${unit})
