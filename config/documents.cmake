# Runs once the binary is built: has it print the manual and the shell's completion, to be installed beside it.
# Given: binary, gzip, out.
file(MAKE_DIRECTORY ${out})
function(print_into file)
  execute_process(${ARGN} OUTPUT_FILE ${out}/${file} RESULTS_VARIABLE codes)
  if(NOT codes MATCHES "^0(;0)?$")
    message(FATAL_ERROR "${file}: exit codes ${codes}")
  endif()
endfunction()
# -n: neither name nor time, so that equal pages make equal files.
print_into(longpolld.1.gz COMMAND ${binary} manual longpolld COMMAND ${gzip} -9n)
print_into(longpolld.toml.5.gz COMMAND ${binary} manual longpolld.toml COMMAND ${gzip} -9n)
print_into(longpolld.bash COMMAND ${binary} completion bash)
