// Settings from environment variables: PARLEY_SERVER__PORT=8081 sets server.port.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "config/node.hpp"
#include "config/schema.hpp"

namespace parley::config {

using environment = std::map<std::string, std::string, std::less<>>;

/// This process's variables, copied.
[[nodiscard]] environment process_environment();

/// "server.port" -> "PARLEY_SERVER__PORT"
[[nodiscard]] std::string variable_of(std::string_view path);

/// The values that variables give to settings of parley.yaml, as a layer to lie above that file. A name that begins
/// with PARLEY_ and has a double underscore but is no setting's is a problem; a single underscore is somebody else's.
[[nodiscard]] node read_environment(const environment& variables, const known_settings& known, problem_list& problems);

}  // namespace parley::config
