# Everything where Debian expects it.
include(GNUInstallDirs)
