// Always rows first and blobs after: a blob too many is found again, a row too many would promise what is not there.
#include "sweeping.hpp"

#include <parley/aside.hpp>

#include <algorithm>
#include <chrono>

#include "entities-odb.hpp"
#include "gates.hpp"
#include "rows.hpp"

namespace attachments {
namespace {

using file_query = odb::query<file_row>;
using upload_query = odb::query<upload_row>;

constexpr std::int64_t minute = 60'000;

/// A row whose blob was never put away goes; one whose blob was goes on.
void settle_unfinished(sdk::transaction& t, const house& in, file_row& row) {
    if (!in.store.size_of(row.path)) return remove_file(t, row, false);
    const auto before = state_of(row);
    set_state(row, file_state::checking);
    row.check_at = sdk::now();
    store_change(t, row, before);
}

}  // namespace

sdk::task<> sweeping::recover() {
    const sdk::scope anywhere;
    // What comes while this runs is not touched. Files go by the machine's clock, rows by the server's.
    const auto began = sdk::now();
    const auto began_here =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    std::vector<std::string> growing;
    const auto tenants = co_await anywhere.storage([&](odb::database& db) {
        std::map<std::int64_t, std::int64_t> all;
        growing.clear();
        for (const auto& one : all_of<upload_row>(db, upload_query::created <= began)) {
            if (one->kind == "tus") {
                growing.push_back(one->path);
                continue;
            }
            ++all[one->tenant];
            end_reservation(db, sdk::id(one->tenant), sdk::id(one->id));
        }
        for (const auto& one : all_of<file_row>(
                 db, file_query::created <= began && file_query::state == std::string(name_of(file_state::uploading))))
            ++all[one->tenant];
        return all;
    });
    for (const auto& [tenant, unused] : tenants) {
        sdk::scope there;
        there.tenant = sdk::id(tenant);
        co_await there.storage([&](sdk::transaction& t) {
            const auto unfinished =
                all_of<file_row>(t.db(), file_query::tenant == tenant && file_query::created <= began &&
                                             file_query::state == std::string(name_of(file_state::uploading)));
            for (const auto& one : unfinished) settle_unfinished(t, in_, *one);
        });
    }
    co_await sdk::aside([&] {
        std::vector<std::string> leftovers;
        in_.store.each("incoming", [&](const std::string& path, std::int64_t changed) {
            const bool grows = std::find(growing.begin(), growing.end(), path) != growing.end();
            if (!grows && changed < began_here) leftovers.push_back(path);
        });
        for (const auto& one : leftovers) (void)in_.store.remove(one);
    });
}

bool sweeping::is_time(const sdk::call& call) {
    const auto here = call.settings<settings>();
    const std::scoped_lock held(lock_);
    auto& last = swept_[call.tenant];
    if (sdk::now() - last < here->cleanup_interval * minute) return false;
    last = sdk::now();
    return true;
}

sdk::task<> sweeping::sweep(sdk::call call) {
    for (const auto one : in_.unended.take(call.tenant)) co_await to_.forget(call, one);
    if (!is_time(call)) co_return;
    co_await end_uploads(call);
    co_await end_files(call);
    co_await messages_.bury(call);
}

sdk::task<> sweeping::end_uploads(sdk::call call) {
    const auto over = co_await call.storage([&](odb::database& db) {
        return all_of<upload_row>(
            db, (upload_query::tenant == call.tenant.number() && upload_query::expires <= sdk::now()) + "ORDER BY" +
                    upload_query::expires + "LIMIT 500");
    });
    for (const auto& one : over) {
        const sdk::id upload(one->id);
        if (!in_.running.lock(upload)) continue;
        co_await to_.forget(call, upload);
        in_.running.unlock(upload);
    }
}

sdk::task<> sweeping::end_files(sdk::call call) {
    const auto here = call.settings<settings>();
    const auto unsent = sdk::now() - here->unsent_expiry_minutes * minute;
    const auto refused = sdk::now() - here->refused_expiry_minutes * minute;
    co_await call.storage([&](sdk::transaction& t) {
        const auto of = file_query::tenant == call.tenant.number();
        for (const auto& one : all_of<file_row>(t.db(), (of && file_query::message == 0 &&
                                                         file_query::version_of == 0 && file_query::created <= unsent) +
                                                            "ORDER BY" + file_query::id + "LIMIT 200"))
            remove_file(t, *one, false);
    });
    co_await call.storage([&](sdk::transaction& t) {
        for (const auto state : {file_state::rejected, file_state::quarantined})
            for (const auto& one : all_of<file_row>(t.db(), (file_query::tenant == call.tenant.number() &&
                                                             file_query::state == std::string(name_of(state)) &&
                                                             file_query::held == 0 && file_query::created <= refused) +
                                                                "ORDER BY" + file_query::id + "LIMIT 200"))
                remove_file(t, *one, false);
    });
}

}  // namespace attachments
