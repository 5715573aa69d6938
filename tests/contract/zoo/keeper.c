/* A plugin that hears of messages and, for each of them, does something later. */
#include <stdlib.h>

#include "zoo.h"

static void log_line(const char* message, parley_text input) {
    const parley_log* log = (const parley_log*)zoo_host->extension(zoo_host, zoo_text(PARLEY_LOG));
    log->write(zoo_host, PARLEY_INFO, zoo_text(message), input);
}

static void told(void* context, const parley_outcome* outcome) {
    zoo_replies->finish(zoo_host, *(parley_reply*)context, outcome);
    free(context);
}

static void heard(void* self, const parley_call* call, parley_reply reply) {
    const parley_kernel* kernel = (const parley_kernel*)zoo_host->extension(zoo_host, zoo_text(PARLEY_KERNEL));
    const parley_jobs* jobs = (const parley_jobs*)zoo_host->extension(zoo_host, zoo_text(PARLEY_JOBS));
    parley_reply* kept = (parley_reply*)malloc(sizeof reply);
    (void)self;
    *kept = reply;
    log_line("the keeper heard", zoo_text("{}"));
    jobs->schedule(zoo_host, call->scope.tenant, zoo_text("later"), zoo_text(""), kernel->now(zoo_host),
                   zoo_text("{\"from\":\"heard\"}"), told, kept);
}

static void later(void* self, const parley_call* call, parley_reply reply) {
    (void)self;
    log_line("the keeper worked", call->input);
    zoo_answer(reply, PARLEY_OK, "", "");
}

static void round_and_round(void* self, const parley_call* call, parley_reply reply) {
    (void)self;
    (void)call;
    log_line("the keeper went round", zoo_text("{}"));
    zoo_answer(reply, PARLEY_OK, "", "");
}

parley_status zoo_setup(parley_registry* on, parley_outcome* outcome) {
    const parley_storage* storage = (const parley_storage*)zoo_host->extension(zoo_host, zoo_text(PARLEY_STORAGE));
    parley_job once = {sizeof once};
    parley_job again = {sizeof again};
    (void)outcome;
    if (storage == NULL || storage->database(zoo_host) == NULL) return PARLEY_FAILED;
    once.name = zoo_text("later");
    once.lease_ms = 10000;
    once.most_tries = 3;
    zoo_registrar->job(on, &once, later, NULL);
    again.name = zoo_text("round");
    again.every_ms = 1000;
    again.lease_ms = 10000;
    zoo_registrar->job(on, &again, round_and_round, NULL);
    return zoo_registrar->event(on, zoo_text("message.created"), heard, NULL);
}
