// spikeloom schema: what editors need to complete and check graph files.
#include "schema/schema.h"

#include "verb.h"

namespace spikeloom::tool {

void declare_schema(OptionSet&, Action& action) {
  action = [](const Terminal& terminal) {
    terminal.data(json_schema());
    return 0;
  };
}

}  // namespace spikeloom::tool
