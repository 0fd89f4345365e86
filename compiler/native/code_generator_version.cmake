# Writes HEADER: one number for the content of FILES, which lie below ROOT.
set(contents "")
list(SORT FILES)
foreach(file IN LISTS FILES)
  file(SHA256 ${ROOT}/${file} hash)
  string(APPEND contents "${file} ${hash}\n")
endforeach()
string(SHA256 version "${contents}")
file(WRITE ${HEADER}
     "#pragma once\n\ninline constexpr char kCodeGeneratorVersion[] = \"${version}\";\n")
