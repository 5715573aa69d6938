/* A plugin that says which version of it answers: in the data of each message, to its command, and of what it hears. */
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "zoo.h"

static void amend(void* self, const parley_scope* scope, const parley_message_draft* draft, parley_reply reply) {
    parley_amendment amended = {sizeof amended, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    parley_outcome outcome;
    (void)self;
    (void)scope;
    (void)draft;
    memset(&outcome, 0, sizeof outcome);
    outcome.size = sizeof outcome;
    outcome.status = PARLEY_OK;
    amended.data = zoo_text("{\"chameleon\":\"" ZOO_VERSION "\"}");
    outcome.amended = &amended;
    zoo_replies->finish(zoo_host, reply, &outcome);
}

/* With anything to say in its input it takes its time. */
static void see(void* self, const parley_call* call, parley_reply reply) {
    char said[100];
    (void)self;
    if (call->input.size > 2) {
        const struct timespec some = {0, 400000000};
        nanosleep(&some, NULL);
    }
    snprintf(said, sizeof said, "{\"version\":\"%s\",\"process\":%d}", ZOO_VERSION, (int)getpid());
    zoo_answer(reply, PARLEY_OK, said, "");
}

static void heard(void* self, const parley_call* call, parley_reply reply) {
    const parley_log* log = (const parley_log*)zoo_host->extension(zoo_host, zoo_text(PARLEY_LOG));
    (void)self;
    log->write(zoo_host, PARLEY_INFO, zoo_text("the chameleon heard, " ZOO_VERSION), call->input);
    zoo_answer(reply, PARLEY_OK, "", "");
}

#ifdef ZOO_WIDER
static void sweep(void* self, const parley_call* call, parley_reply reply) {
    (void)self;
    (void)call;
    zoo_answer(reply, PARLEY_OK, "", "");
}
#endif

parley_status zoo_setup(parley_registry* on, parley_outcome* outcome) {
    parley_command command = {sizeof command};
#ifdef ZOO_FAILS
    outcome->sentence = zoo_text("The weather is bad.");
    return PARLEY_FAILED;
#endif
#ifdef ZOO_CRASHES
    raise(SIGSEGV);
#endif
    (void)outcome;
    command.name = zoo_text("chameleon.see");
    command.permission = zoo_text("chameleon.see");
    command.method = zoo_text("POST");
#ifdef ZOO_OTHER_PATH
    command.path = zoo_text("/api/v1/chameleons");
#else
    command.path = zoo_text("/api/v1/chameleon");
#endif
    command.sentence = zoo_text("Says who answers.");
    command.input = zoo_text("{\"type\":\"object\",\"properties\":{\"slowly\":{\"type\":\"boolean\"}}}");
    command.output = zoo_text(
        "{\"type\":\"object\",\"required\":[\"version\",\"process\"],\"properties\":{\"version\":{\"type\":\"string\"},"
        "\"process\":{\"type\":\"integer\"}}}");
    zoo_registrar->command(on, &command, see, NULL);
#ifdef ZOO_WIDER
    parley_job job = {sizeof job};
    job.name = zoo_text("sweep");
    job.lease_ms = 1000;
    zoo_registrar->job(on, &job, sweep, NULL);
#endif
    zoo_registrar->message_hook(on, PARLEY_AMEND, zoo_text("message.send"), amend, NULL);
    return zoo_registrar->event(on, zoo_text("message.created"), heard, NULL);
}
