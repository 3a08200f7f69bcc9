# Compiles files into the binary, plain and gzipped: `find_asset` has each by its folder and name.
find_program(GZIP gzip REQUIRED)

function(embed_assets target)
  set(out ${PROJECT_BINARY_DIR}/assets.cpp)
  list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE patterns)
  file(GLOB files CONFIGURE_DEPENDS ${patterns})
  set(arrays "")
  set(rows "")
  foreach(file ${files})
    get_filename_component(folder ${file} DIRECTORY)
    get_filename_component(folder ${folder} NAME)
    get_filename_component(name ${file} NAME)
    set(name ${folder}/${name})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} content)
    # -n: neither name nor time, so that equal files make equal binaries.
    set(packed ${PROJECT_BINARY_DIR}/assets/${name}.gz)
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/assets/${folder})
    execute_process(COMMAND ${GZIP} -9nc ${file} OUTPUT_FILE ${packed} RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR "gzip of ${file}: ${failed}")
    endif()
    file(READ ${packed} bytes HEX)
    string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
    string(MAKE_C_IDENTIFIER "gzip_${name}" array)
    foreach(form file packed)
      file(SHA256 ${${form}} tag)
      string(SUBSTRING ${tag} 0 16 tag_of_${form})
    endforeach()
    string(APPEND arrays "constexpr char ${array}[] = {${bytes}};\n")
    string(APPEND rows "    {\"${name}\",\n     {R\"asset(${content})asset\", R\"(\"${tag_of_file}\")\"},\n"
      "     {{${array}, sizeof ${array}}, R\"(\"${tag_of_packed}\")\"}},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${out} @ONLY CONTENT "#include \"longpolld/http/assets.hpp\"

namespace longpolld {
namespace {

${arrays}
constexpr asset assets[] = {
${rows}};

}  // namespace

const asset* find_asset(std::string_view name) {
  for (const auto& one : assets) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace longpolld
")
  target_sources(${target} PRIVATE ${out})
endfunction()
