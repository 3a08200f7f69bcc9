# Compiler flags of every target: warnings are errors, release builds are hardened.
add_library(longpolld_flags INTERFACE)
target_compile_options(longpolld_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
target_compile_definitions(longpolld_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)

if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms on std::string, GCC bug 105651.
  target_compile_options(longpolld_flags INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds)
endif()

# Where it was built is not in what is released: equal sources make equal binaries.
set(released CONFIG:Release,RelWithDebInfo,MinSizeRel)
target_compile_options(longpolld_flags INTERFACE
  "$<$<${released}>:-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=>"
  "$<$<${released}>:-ffile-prefix-map=${PROJECT_BINARY_DIR}/=build/>")

if(LONGPOLLD_SANITIZE)
  target_compile_options(longpolld_flags INTERFACE
    -fsanitize=${LONGPOLLD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  target_link_options(longpolld_flags INTERFACE -fsanitize=${LONGPOLLD_SANITIZE})
  if(LONGPOLLD_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(longpolld_flags INTERFACE -Wno-tsan)
  endif()
else()
  include(CheckPIESupported)
  check_pie_supported()
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  target_compile_options(longpolld_flags INTERFACE
    -fstack-protector-strong -fstack-clash-protection -fcf-protection
    $<$<CONFIG:Release,RelWithDebInfo>:-U_FORTIFY_SOURCE> $<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2>)
  target_compile_definitions(longpolld_flags INTERFACE _GLIBCXX_ASSERTIONS)
  target_link_options(longpolld_flags INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()
