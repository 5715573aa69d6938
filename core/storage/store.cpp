// Puts the writer and the readers together.
#include "storage/store.hpp"

#include <fmt/core.h>

#include "storage/group_commit.hpp"
#include "storage/hang_watch.hpp"
#include "storage/load.hpp"
#include "storage/read_pool.hpp"

namespace parley::storage {
namespace {

/// Where each tenant's log ends now: from there on the sink hears everything.
tenant_memories read_log_ends(database& db) {
    tenant_memories ends;
    connection_slot slot(db, purpose::reading);
    odb::transaction open(slot.begin(tenant_scope::all()));
    each<tenant_row>(db.mapped(), odb::query<tenant_row>(true),
                     [&](const tenant_row& row) { ends[tenant_id{row.id}].heard = row.position; });
    open.rollback();
    return ends;
}

}  // namespace

struct sql_store::parts {
    parts(std::shared_ptr<database> db, const store_options& options, kernel::event_sink& sink, tenant_memories ends)
        : from(std::move(db)),
          state(options.write_deadline),
          writer(*from, options, sink, counters, state, std::move(ends)),
          readers(*from, options, counters, state),
          hangs(talks_of(writer, readers), options.hang_limit, counters) {}

    static std::vector<pulse*> talks_of(group_commit& writer, read_pool& readers) {
        auto all = readers.talks();
        all.push_back(&writer.talks());
        return all;
    }

    std::shared_ptr<database> from;
    storage_counters counters;
    condition state;
    group_commit writer;
    read_pool readers;
    hang_watch hangs;
};

sql_store::sql_store(std::unique_ptr<parts> made) : parts_(std::move(made)) {}

sql_store::~sql_store() { stop(); }

void sql_store::write(kernel::write_job job) { parts_->writer.submit(std::move(job)); }

void sql_store::read(kernel::read_job job) { parts_->readers.submit(std::move(job)); }

void sql_store::with_directory(std::move_only_function<void(kernel::directory&)> run,
                               std::move_only_function<void(error)> failed) {
    parts_->readers.submit(directory_job{std::move(run), std::move(failed)});
}

void sql_store::others_wrote(tenant_id where, position upto) { parts_->writer.others_wrote(where, upto); }

void sql_store::stop() {
    parts_->writer.stop();
    parts_->readers.stop();
    parts_->hangs.stop();
}

result<std::int64_t> sql_store::highest_id() {
    std::int64_t highest = 0;
    try {
        auto& db = *parts_->from;
        connection_slot slot(db, purpose::reading);
        odb::transaction open(slot.begin(tenant_scope::all()));
        for (const auto* table : {"tenant", "account", "access_token", "conversation", "message", "audit_entry",
                                  "custom_role", "plugin_job"})
            each_view<number_view>(db.mapped(), odb::query_base(fmt::format("SELECT MAX(id) FROM {}", table)),
                                   [&](const number_view& one) {
                                       if (!one.value.null()) highest = std::max(highest, one.value.get());
                                   });
        open.rollback();
    } catch (const std::exception& thrown) {
        return failure(fault::unavailable, "database_unreachable",
                       fmt::format("The database {} cannot be read: {}.", parts_->from->shown_url(), thrown.what()));
    }
    return highest;
}

result<void> sql_store::check() const { return parts_->state.check(); }

const storage_counters& sql_store::counters() const { return parts_->counters; }

std::string sql_store::last_error() const { return parts_->state.last_error(); }

result<std::unique_ptr<sql_store>> open_store(std::shared_ptr<database> from, store_options options,
                                              kernel::event_sink& sink) {
    try {
        auto ends = read_log_ends(*from);
        auto parts = std::make_unique<sql_store::parts>(std::move(from), options, sink, std::move(ends));
        return std::unique_ptr<sql_store>(new sql_store(std::move(parts)));
    } catch (const std::exception& thrown) {
        if (classify(thrown) == failure_kind::other)
            return failure(fault::unavailable, "database_older",
                           "The database lacks Parley's tables; run `parley migrate up` first.");
        return failure(fault::unavailable, "database_unreachable",
                       fmt::format("The database cannot be read: {}.", thrown.what()));
    }
}

}  // namespace parley::storage
