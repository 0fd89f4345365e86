# Every symbol that ARCHIVE leaves to others.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${NM} -u ${ARCHIVE} OUTPUT_VARIABLE listing RESULT_VARIABLE code)
string(REGEX MATCHALL "U [^\n]+" undefined "${listing}")
list(TRANSFORM undefined REPLACE "U " "")
list(REMOVE_DUPLICATES undefined)
if(NOT code EQUAL 0 OR NOT "memset" IN_LIST undefined)
  message(FATAL_ERROR "this is not the driver:\n${listing}")
endif()
# Parts of the driver may call each other.
list(FILTER undefined EXCLUDE REGEX "^(memset|memcpy|spikeloom_[a-z_]+)$")
if(undefined)
  message(FATAL_ERROR "the driver is to run without an operating system, but calls ${undefined}")
endif()
