/* What a plugin may ask the host for: answering, the log, the kernel, storage, jobs, services, metrics.
 *
 * Unless a function says otherwise: thread any, after start(); texts are copied before it returns; since 1.0.
 *
 * SPDX-License-Identifier: BSL-1.0 */
#ifndef PARLEY_ABI_EXT_HOST_H
#define PARLEY_ABI_EXT_HOST_H

#include "parley/abi/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/** "parley.replies/1" since 1.0 */
typedef struct parley_replies {
    uint32_t size;
    /** Answers a call. Thread: any, also inside of the call. A second answer, one after the deadline and one to a
     * number that never was are counted and ignored. since 1.0 */
    void (*finish)(const parley_host* host, parley_reply reply, const parley_outcome* outcome);
} parley_replies;
#define PARLEY_REPLIES "parley.replies/1"

/** How important a line of the log is. since 1.0 */
enum { PARLEY_DEBUG = 1, PARLEY_INFO = 2, PARLEY_WARNING = 3, PARLEY_ERROR = 4 };

/** "parley.log/1" since 1.0 */
typedef struct parley_log {
    uint32_t size;
    /** One line. `fields`: a flat JSON object, or empty. Control characters are escaped, secrets are the plugin's
     *  business. Thread: any, from setup on. since 1.0 */
    void (*write)(const parley_host* host, uint32_t level, parley_text message, parley_text fields);
} parley_log;
#define PARLEY_LOG "parley.log/1"

/** "parley.kernel/1" since 1.0 */
typedef struct parley_kernel {
    uint32_t size;
    /** The time that the server goes by. Thread: any, from setup on. since 1.0 */
    int64_t (*now)(const parley_host* host);
    /** Runs one of the API's commands ("message.get", {"message":"12"}) with the rights of `caller` (parley_call.caller
     *  of a call that is not answered yet). The command must be under `uses` in the manifest. since 1.0 */
    void (*invoke)(const parley_host* host, uint64_t caller, parley_text command, parley_text input, parley_done done,
                   void* context);
    /** The same with the plugin's own rights in that tenant: those it names under `permissions_used`. since 1.0 */
    void (*invoke_as_plugin)(const parley_host* host, int64_t tenant, parley_text command, parley_text input,
                             parley_done done, void* context);
    /** Ends this plugin's own hold of a message: PARLEY_OK lets it through (published once nobody else holds it),
     *  PARLEY_REFUSED rejects it with the reason. Done: PARLEY_CONFLICT when it was decided before. since 1.0 */
    void (*decide)(const parley_host* host, int64_t tenant, int64_t message, parley_status status, parley_text reason,
                   parley_done done, void* context);
    /** Ids that order by time and no two servers make alike. since 1.0 */
    int64_t (*next_id)(const parley_host* host);
} parley_kernel;
#define PARLEY_KERNEL "parley.kernel/1"

/** Where this plugin keeps its rows. Texts live as long as the process. since 1.0 */
typedef struct parley_database {
    uint32_t size;
    uint32_t kind;      /* PARLEY_SQLITE or PARLEY_POSTGRESQL */
    parley_text where;  /* SQLite: the plugin's own file; PostgreSQL: a libpq connection string. May hold a password */
    parley_text schema; /* PostgreSQL: the plugin's own schema, to stand alone in search_path; SQLite: empty */
} parley_database;
enum { PARLEY_SQLITE = 1, PARLEY_POSTGRESQL = 2 };

/** "parley.storage/1", for plugins whose manifest says `storage: true`. Its migrations have run before setup. Events
 *  are said by rows of the table parley_outbox, which the host made beside the plugin's own: they reach the tenant's
 * log once, after the transaction that wrote them. since 1.0 */
typedef struct parley_storage {
    uint32_t size;
    /** Null when there is none. Thread: any, from setup on. since 1.0 */
    const parley_database* (*database)(const parley_host* host);
    /** There are new rows in parley_outbox; calling it late or not at all only delays them. since 1.0 */
    void (*committed)(const parley_host* host);
} parley_storage;
#define PARLEY_STORAGE "parley.storage/1"

/** "parley.jobs/1" since 1.0 */
typedef struct parley_jobs {
    uint32_t size;
    /** Runs the job in that tenant at or soon after a moment, with this JSON object as its input; once it is stored
     *  it survives everything. `key`: a second one with the same key replaces the first while it waits; empty: none.
     *  since 1.0 */
    void (*schedule)(const parley_host* host, int64_t tenant, parley_text job, parley_text key, int64_t at,
                     parley_text input, parley_done done, void* context);
} parley_jobs;
#define PARLEY_JOBS "parley.jobs/1"

/** "parley.files/1" since 1.0 */
typedef struct parley_files {
    uint32_t size;
    /** Where a plugin's files are: an absolute path. `plugin` empty: this one's own folder, for plugins whose manifest
     *  says `files: true`; else one that stands under `reads_files_of`, to be read only. Empty when there is none.
     *  Thread: any, from setup on. Ownership: the host's, for as long as the process lives. since 1.0 */
    parley_text (*folder)(const parley_host* host, parley_text plugin);
} parley_files;
#define PARLEY_FILES "parley.files/1"

/** "parley.services/1" since 1.0 */
typedef struct parley_services {
    uint32_t size;
    /** Asks another plugin, which must be under `needs` in the manifest and on in that scope (else PARLEY_UNAVAILABLE).
     *  `caller`: on whose behalf, as in invoke; 0: the plugin's own. A service "<plugin>.<name>" whose <name> stands
     *  under `asks` needs no `needs`. The host itself has "host.providers/1": {"service":"<name>"}, one of `asks`, is
     *  answered with {"plugins":[…]}, who is on in that scope and has such a service, in the order of loading;
     *  and "host.may/1", when "may/1" stands under `asks`: {"user","command","input"} is answered with {"may"}, whether
     *  a command that only reads and stands under `uses` would be answered to that user now;
     *  and "host.audit/1", when "audit/1" stands under `asks`: {"action","subject_kind","subject","details",
     *  "once_a_minute"} is a line "<plugin>.<action>" in the tenant's audit log, by whoever is acted for; answered
     *  when it is stored;
     *  and "host.replace_in_data/1", when "replace_in_data/1" stands under `asks`: {"message","list","key","value",
     *  "with"}, of at most 4 KiB, puts the object `with` in the place of each element of the list in the message's data
     *  whose `key` is `value`, also in its earlier revisions; a message that is not there needs none. since 1.0 */
    void (*call)(const parley_host* host, uint64_t caller, int64_t tenant, parley_text model, parley_text service,
                 parley_text input, parley_done done, void* context);
} parley_services;
#define PARLEY_SERVICES "parley.services/1"

/** "parley.metrics/1" since 1.0 */
typedef struct parley_metrics {
    uint32_t size;
    /** Counter: adds (never below zero); gauge: sets; histogram: observes, in seconds. `number` from registration.
     *  Thread: any, once setup has returned. since 1.0 */
    void (*record)(const parley_host* host, uint32_t number, double value);
} parley_metrics;
#define PARLEY_METRICS "parley.metrics/1"

#ifdef __cplusplus
}
#endif

#endif
