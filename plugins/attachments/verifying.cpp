// What files.verify does: rows and blobs of a tenant, held against each other, and mended either way.
#include <parley/aside.hpp>

#include <unordered_set>

#include "entities-odb.hpp"
#include "gates.hpp"
#include "rows.hpp"
#include "sweeping.hpp"

namespace attachments {
namespace {

constexpr std::int64_t page = 500;
/// Blobs and parts that are younger may belong to what is being done just now.
constexpr std::int64_t settled = 60'000;

}  // namespace

struct sweeping::found {
    verified report;
    std::vector<sdk::id> lost;
    std::vector<std::string> orphans;
    std::vector<std::string> leftovers;
};

sdk::task<> sweeping::compare(sdk::call call, bool deep, found& into) const {
    std::unordered_set<std::string> known;
    files_wanted wanted{.after = {}, .limit = page, .state = {}};
    for (bool more = true; more;) {
        const auto some =
            co_await call.storage([&](odb::database& db) { return page_of_files(db, call.tenant, wanted); });
        more = some.more;
        if (!some.files.empty()) wanted.after = some.files.back().file;
        co_await sdk::aside([&] {
            for (const auto& one : some.files) {
                known.insert(one.path);
                ++into.report.files;
                into.report.bytes += one.bytes;
                if (one.state == file_state::uploading) continue;
                const bool is_lost = in_.store.size_of(one.path) != one.bytes;
                const auto sum = deep && !is_lost && !one.sha256.empty() ? in_.store.sha256_of(one.path)
                                                                         : sdk::result<std::string>(one.sha256);
                const bool is_changed = !sum || *sum != one.sha256;
                into.report.lost += is_lost ? 1 : 0;
                into.report.changed += is_changed ? 1 : 0;
                if (is_lost || is_changed) into.lost.push_back(one.file);
            }
        });
    }
    const auto waiting = co_await call.storage([&](odb::database& db) {
        std::unordered_set<std::string> all;
        for (const auto& one : all_of<doomed_row>(db, odb::query<doomed_row>::tenant == call.tenant.number()))
            known.insert(one->path);
        for (const auto& one : all_of<upload_row>(db, odb::query<upload_row>::id != 0)) all.insert(one->path);
        return all;
    });
    co_await sdk::aside([&] {
        const auto late = sdk::now() - settled;
        in_.store.each("blobs/" + call.tenant.text(), [&](const std::string& path, std::int64_t changed) {
            if (!known.contains(path) && changed < late) into.orphans.push_back(path);
        });
        // Parts of forms have no row of their own; one that grows is not old.
        in_.store.each("incoming", [&](const std::string& path, std::int64_t changed) {
            if (!waiting.contains(path) && changed < late - 60 * settled) into.leftovers.push_back(path);
        });
    });
    into.report.orphans = static_cast<std::int64_t>(into.orphans.size());
    into.report.leftovers = static_cast<std::int64_t>(into.leftovers.size());
}

sdk::task<> sweeping::repair(sdk::call call, const found& what) {
    std::vector<std::int64_t> holding;
    for (const auto id : what.lost) {
        const auto held = co_await call.storage([&](sdk::transaction& t) {
            const auto row = find_file(t.db(), call.tenant, id);
            if (row == nullptr) return std::int64_t{0};
            remove_file(t, *row, true);
            return row->held != 0 ? row->message : std::int64_t{0};
        });
        if (held != 0) holding.push_back(held);
    }
    for (const auto one : holding) (void)co_await call.reject(sdk::id(one), "A file of it was lost.").as_result();
    co_await sdk::aside([&] {
        for (const auto& one : what.orphans) (void)in_.store.remove(one);
        for (const auto& one : what.leftovers) (void)in_.store.remove(one);
    });
    co_await messages_.bury(call);
}

sdk::task<verified> sweeping::verify(sdk::call call, verify_request in) {
    found what;
    co_await compare(call, in.deep.value_or(false), what);
    const bool mends = in.repair.value_or(false);
    if (mends) co_await repair(call, what);
    what.report.wrong_tallies = co_await call.storage(
        [&](odb::database& db) -> sdk::result<std::int64_t> { return recount(db, call.tenant.number()); });
    what.report.repaired = mends;
    sdk::log::info("files verified", {{"tenant", call.tenant_name},
                                      {"files", what.report.files},
                                      {"lost", what.report.lost},
                                      {"orphans", what.report.orphans},
                                      {"wrong_tallies", what.report.wrong_tallies}});
    co_return what.report;
}

}  // namespace attachments
