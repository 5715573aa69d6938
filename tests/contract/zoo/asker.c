/* A plugin that asks the host for things and answers with what it got. */
#include <stdlib.h>

#include "zoo.h"

static int says(parley_text text, const char* word) {
    return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

static void told(void* context, const parley_outcome* outcome) {
    zoo_replies->finish(zoo_host, *(parley_reply*)context, outcome);
    free(context);
}

static void ask(void* self, const parley_call* call, parley_reply reply) {
    const parley_kernel* kernel = (const parley_kernel*)zoo_host->extension(zoo_host, zoo_text(PARLEY_KERNEL));
    const parley_services* services = (const parley_services*)zoo_host->extension(zoo_host, zoo_text(PARLEY_SERVICES));
    const parley_jobs* jobs = (const parley_jobs*)zoo_host->extension(zoo_host, zoo_text(PARLEY_JOBS));
    const parley_text none = {NULL, 0};
    parley_reply* kept = (parley_reply*)malloc(sizeof reply);
    (void)self;
    *kept = reply;
    if (says(call->input, "{\"do\":\"service\"}"))
        return services->call(zoo_host, call->caller, call->scope.tenant, none, zoo_text("good.count/1"), none, told,
                              kept);
    if (says(call->input, "{\"do\":\"stranger\"}"))
        return services->call(zoo_host, 0, call->scope.tenant, none, zoo_text("other.count/1"), none, told, kept);
    if (says(call->input, "{\"do\":\"audit\"}"))
        return services->call(zoo_host, call->caller, call->scope.tenant, none, zoo_text("host.audit/1"),
                              zoo_text("{\"action\":\"asked\",\"subject_kind\":\"thing\",\"subject\":\"5\",\"details\":{"
                                       "\"how\":\"a\\nb\",\"times\":3},\"once_a_minute\":\"k\"}"),
                              told, kept);
    if (says(call->input, "{\"do\":\"audit_badly\"}"))
        return services->call(zoo_host, 0, call->scope.tenant, none, zoo_text("host.audit/1"),
                              zoo_text("{\"action\":\"session.opened\"}"), told, kept);
    if (says(call->input, "{\"do\":\"audit_deeply\"}"))
        return services->call(zoo_host, 0, call->scope.tenant, none, zoo_text("host.audit/1"),
                              zoo_text("{\"action\":\"asked\",\"details\":{\"a\":{\"b\":1}}}"), told, kept);
    if (says(call->input, "{\"do\":\"replace\"}"))
        return services->call(zoo_host, 0, call->scope.tenant, none, zoo_text("host.replace_in_data/1"),
                              zoo_text("{\"message\":\"5\",\"list\":\"things\",\"key\":\"thing\",\"value\":\"7\",\"with\":{"
                                       "\"gone\":true}}"),
                              told, kept);
    if (says(call->input, "{\"do\":\"replace_badly\"}"))
        return services->call(zoo_host, 0, call->scope.tenant, none, zoo_text("host.replace_in_data/1"),
                              zoo_text("{\"message\":\"5\",\"list\":\"things\",\"key\":\"thing\",\"value\":\"7\"}"), told,
                              kept);
    if (says(call->input, "{\"do\":\"own\"}"))
        return kernel->invoke_as_plugin(zoo_host, call->scope.tenant, zoo_text("message.get"), none, told, kept);
    if (says(call->input, "{\"do\":\"nowhere\"}"))
        return kernel->invoke_as_plugin(zoo_host, 4711, zoo_text("message.get"), none, told, kept);
    if (says(call->input, "{\"do\":\"decide\"}"))
        return kernel->decide(zoo_host, call->scope.tenant, 5, PARLEY_REFUSED, zoo_text("No."), told, kept);
    if (says(call->input, "{\"do\":\"later\"}"))
        return jobs->schedule(zoo_host, call->scope.tenant, zoo_text("later"), zoo_text("k"),
                              kernel->now(zoo_host) + 1000, none, told, kept);
    jobs->schedule(zoo_host, call->scope.tenant, zoo_text("never"), none, 0, none, told, kept);
}

static void later(void* self, const parley_call* call, parley_reply reply) {
    (void)self;
    (void)call;
    zoo_answer(reply, PARLEY_OK, "", "");
}

parley_status zoo_setup(parley_registry* on, parley_outcome* outcome) {
    parley_command command = {sizeof command};
    parley_job job = {sizeof job};
    (void)outcome;
    command.name = zoo_text("asker.ask");
    command.permission = zoo_text("asker.use");
    command.method = zoo_text("POST");
    command.path = zoo_text("/api/v1/ask");
    command.sentence = zoo_text("Asks.");
    zoo_registrar->command(on, &command, ask, NULL);
    job.name = zoo_text("later");
    job.lease_ms = 1000;
    return zoo_registrar->job(on, &job, later, NULL);
}
