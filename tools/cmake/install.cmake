# What is installed: the runtime (one library without dependencies, shared and static), the compiler (one library, and
# beside it the one that alone knows LLVM), their headers, a CMake package with the components `runtime` and `compiler`,
# and the command.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/spikeloom)

foreach(room IN ITEMS support runtime_driver program recorders session capi)
  list(APPEND runtime_objects $<TARGET_OBJECTS:spikeloom_${room}>)
endforeach()
foreach(kind IN ITEMS shared static)
  string(TOUPPER ${kind} upper)
  add_library(spikeloom_runtime_${kind} ${upper} ${runtime_objects})
  set_target_properties(spikeloom_runtime_${kind} PROPERTIES OUTPUT_NAME spikeloom_runtime LINKER_LANGUAGE CXX
                        VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
  target_compile_features(spikeloom_runtime_${kind} INTERFACE cxx_std_20)
  target_include_directories(spikeloom_runtime_${kind} INTERFACE
                             $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/runtime/include>
                             $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()
set_target_properties(spikeloom_runtime_shared PROPERTIES EXPORT_NAME runtime)
set_target_properties(spikeloom_runtime_static PROPERTIES EXPORT_NAME runtime_static)

install(TARGETS spikeloom_runtime_shared spikeloom_runtime_static EXPORT spikeloom_runtime
        DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)
install(EXPORT spikeloom_runtime NAMESPACE spikeloom:: FILE spikeloom_runtime.cmake
        DESTINATION ${package_folder} COMPONENT runtime)
install(DIRECTORY runtime/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT runtime
        FILES_MATCHING PATTERN "*.h")
configure_package_config_file(tools/cmake/spikeloomConfig.cmake.in spikeloomConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(spikeloomConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/spikeloomConfig.cmake
        ${CMAKE_CURRENT_BINARY_DIR}/spikeloomConfigVersion.cmake
        DESTINATION ${package_folder} COMPONENT runtime)

set(has_compiler FALSE)
if(TARGET spikeloom_compiler)
  get_target_property(compiler_kind spikeloom_compiler TYPE)
  if(compiler_kind STREQUAL "STATIC_LIBRARY")
    set(has_compiler TRUE)
  endif()
endif()
if(has_compiler)
  # The pipeline's room goes in whole, the other rooms as far as it needs them. The runtime's library stands before
  # the runtime's rooms, so what it exports is not copied.
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/no_source.cpp "")
  add_library(spikeloom_library SHARED ${CMAKE_CURRENT_BINARY_DIR}/no_source.cpp)
  target_link_libraries(spikeloom_library PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,spikeloom_compiler> spikeloom_llvm_loaded
                        PUBLIC spikeloom_runtime_shared)
  set_target_properties(spikeloom_library PROPERTIES OUTPUT_NAME spikeloom EXPORT_NAME compiler
                        VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} INSTALL_RPATH "$ORIGIN")
  target_include_directories(spikeloom_library INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/compiler/include>)
  install(TARGETS spikeloom_library EXPORT spikeloom_compiler DESTINATION ${CMAKE_INSTALL_LIBDIR}
          COMPONENT compiler)
  install(EXPORT spikeloom_compiler NAMESPACE spikeloom:: FILE spikeloom_compiler.cmake
          DESTINATION ${package_folder} COMPONENT compiler)
  install(DIRECTORY compiler/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT compiler
          FILES_MATCHING PATTERN "*.h")
endif()

if(TARGET spikeloom_codegen)
  foreach(component IN ITEMS compiler tools)
    install(TARGETS spikeloom_codegen LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component})
  endforeach()
endif()
if(TARGET spikeloom)
  install(TARGETS spikeloom spikeloom-hdf5 RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
endif()
