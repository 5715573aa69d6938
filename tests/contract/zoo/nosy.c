/* A plugin that is set up only where it cannot make a socket or another process: where it is confined. */
#include <sys/socket.h>
#include <unistd.h>

#include "zoo.h"

parley_status zoo_setup(parley_registry* on, parley_outcome* outcome) {
    const pid_t made = fork();
    (void)on;
    if (made == 0) _exit(0);
    if (made < 0 && socket(AF_INET, SOCK_STREAM, 0) < 0) return PARLEY_OK;
    outcome->sentence = zoo_text("Nothing holds it here.");
    return PARLEY_FAILED;
}
