# `cpack`, in the build's folder, makes a Debian package of what is installed; config/debian has what is Debian's only.
# Equal sources make an equal package, wherever and whenever they are built: tests/package.sh shows it.
set(debian ${PROJECT_SOURCE_DIR}/config/debian)
set(LONGPOLLD_MAINTAINER "The longpolld authors <longpolld@packages.invalid>" CACHE STRING "who answers for the package")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME longpolld)
set(CPACK_PACKAGE_VENDOR "The longpolld authors")
# As for an installation below /usr: the service names where its files are.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PROJECT_CONFIG_FILE ${debian}/epoch.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${debian}/stage.cmake)
set(CPACK_POST_BUILD_SCRIPTS ${debian}/seal.cmake)
set(CPACK_LONGPOLLD_SOURCE ${PROJECT_SOURCE_DIR})
set(CPACK_LONGPOLLD_GZIP ${GZIP})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${LONGPOLLD_MAINTAINER})
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip)  # once sealed it is xz
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "long-poll server: web publish/subscribe over plain HTTP
A program in any language POSTs an event to a category; browsers and programs
wait for it with GET. The server holds each request until an event, its
timeout or its disconnect ends it. No event is lost, doubled or reordered for
a client that keeps polling; if something is no longer kept, the reply says so.

Events are kept in memory, in a journal of their own, or in Redis, where
several servers serve one history.")
# The libraries; and what makes the service's user, where the whole of systemd is not there.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd-standalone-sysusers | systemd-sysusers")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)  # whom clients and hooks over https trust
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bash-completion, redis-server")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${debian}/conffiles ${debian}/postinst ${debian}/prerm ${debian}/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
