# How everything is compiled.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# Aggregates with defaults are written {.lanes = 8}: what is left out is meant.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                    -Wno-missing-field-initializers -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)  # wrong about std::string in GCC 12 (its PR 105651)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-deprecated-declarations>)  # in libstdc++ 12's own std::stable_sort
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>)  # an included .cpp is taken for a header
endif()
# Rounding is part of the meaning of a network: no contraction, and never a fast-math flag.
add_compile_options(-ffp-contract=off)
if(SPIKELOOM_SANITIZE)
  add_compile_options(-fsanitize=${SPIKELOOM_SANITIZE} -fno-omit-frame-pointer -g1)
  add_compile_definitions(SPIKELOOM_SANITIZED)
  add_link_options(-fsanitize=${SPIKELOOM_SANITIZE})
  if(SPIKELOOM_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      # It reads bytes in front of a called function, which generated code does not have.
      add_compile_options(-fno-sanitize=function)
      add_link_options(-fno-sanitize=function)
    endif()
  endif()
endif()
if(SPIKELOOM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
find_package(Threads REQUIRED)
