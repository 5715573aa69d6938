// Plugins out of which an exception comes, in setup or in their hook.
#include <stdexcept>

#include "zoo.h"

namespace {

void check(void*, const parley_scope*, const parley_message_draft*, parley_reply) {
    throw std::runtime_error("thrown");
}

}  // namespace

parley_status zoo_setup(parley_registry* on, parley_outcome*) {
    if (ZOO_IN_SETUP) throw std::runtime_error("thrown in setup");
    return zoo_registrar->message_hook(on, PARLEY_CHECK, zoo_text("message.send"), check, nullptr);
}
