/* A plugin that does nothing; what is wrong with it stands in its manifest. */
#include "zoo.h"

parley_status zoo_setup(parley_registry* on, parley_outcome* outcome) {
    (void)on;
    (void)outcome;
    return PARLEY_OK;
}
