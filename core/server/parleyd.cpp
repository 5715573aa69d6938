// The server's program.
#include <iostream>

#include "server/daemon.hpp"

int main(int count, char** words) {
    return parley::server::run_daemon({words + 1, words + count}, parley::config::process_environment(), std::cout,
                                      std::cerr);
}
