// The command-line tool.
#include <iostream>

#include "base/log.hpp"
#include "server/command_line.hpp"

int main(int count, char** words) {
    // A command says what is wrong in one sentence; the log is the server's.
    parley::log::set_level(parley::log::level::off);
    return parley::server::run_command_line({words + 1, words + count}, {std::cin, std::cout, std::cerr},
                                            parley::config::process_environment());
}
