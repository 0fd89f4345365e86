# What the dynamic loader would bring in for the PROGRAMS of FOLDER (names, with commas between them): NEEDED is
# there, and none of the big libraries.
cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" PROGRAMS "${PROGRAMS}")
foreach(program IN LISTS PROGRAMS)
  execute_process(COMMAND ldd ${FOLDER}/${program} OUTPUT_VARIABLE libraries RESULT_VARIABLE code)
  if(NOT code EQUAL 0 OR NOT libraries MATCHES "${NEEDED}")
    message(FATAL_ERROR "${program} does not link ${NEEDED}:\n${libraries}")
  endif()
  if(libraries MATCHES "LLVM|hdf5|libzip|cairo|not found")
    message(FATAL_ERROR "${program} links what it should not, or misses something:\n${libraries}")
  endif()
endforeach()
