// Prints the optimised LLVM code of a graph:  ir_dump network.json x86-64-v3 8
#include <cstdlib>
#include <iostream>

#include "driver/pipeline.h"

int main(int count, char** argument) {
  if (count != 4) return 2;
  spikeloom::PipelineOptions options;
  options.compile.cpu = argument[2];
  options.compile.lanes = static_cast<unsigned>(std::atoi(argument[3]));
  options.dump = {"llvm"};
  options.show = [](const std::string&, double, const std::string& text) { std::cout << text; };
  const auto program = spikeloom::compile({.text = {}, .file = argument[1], .folder = {}}, options);
  if (program.ok()) return 0;
  std::cerr << program.error().text();
  return static_cast<int>(program.error().kind());
}
