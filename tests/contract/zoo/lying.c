/* A plugin that binds what its manifest does not have, and not what it has. */
#include "zoo.h"

static void fine(void* self, const parley_call* call, parley_reply reply) {
    (void)self;
    (void)call;
    zoo_answer(reply, PARLEY_OK, "", "");
}

parley_status zoo_setup(parley_registry* on, parley_outcome* outcome) {
    (void)outcome;
    zoo_registrar->service(on, zoo_text("lying.secret/1"), fine, NULL);
    zoo_registrar->event(on, zoo_text("message.created"), NULL, NULL);
    return PARLEY_OK;
}
