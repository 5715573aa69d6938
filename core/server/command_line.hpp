// The tool `parley`: from what was typed to the command that does it.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "config/environment.hpp"

namespace parley::server {

struct terminal {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
};

/// Runs one command; `arguments` without the program's name. Answers the exit code: 0 done, 1 failed, 2 when the
/// command or the configuration is wrong.
[[nodiscard]] int run_command_line(const std::vector<std::string>& arguments, terminal at,
                                   const config::environment& variables);

}  // namespace parley::server
