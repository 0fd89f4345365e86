// spikeloom schema: what editors need to complete and check graph files.
#include "schema/schema.h"

#include <CLI/CLI.hpp>

#include "verb.h"

namespace spikeloom::tool {

void declare_schema(CLI::App&, Action& action) {
  action = [](const Terminal& terminal) {
    terminal.data(json_schema());
    return 0;
  };
}

}  // namespace spikeloom::tool
