// Pictures can be made again, so what does not agree simply goes.
#include "tidying.hpp"

#include <parley/aside.hpp>
#include <parley/transfer.hpp>

#include <set>

#include "entities-odb.hpp"

namespace gallery {
namespace {

using item_query = odb::query<item_row>;
using thumbnail_query = odb::query<thumbnail_row>;

constexpr std::int64_t page = 500;
/// What is younger may belong to what is being made just now.
constexpr std::chrono::minutes settled{5};

}  // namespace

struct tidier::found {
    verified report;
    std::vector<sdk::id> gone;
    std::vector<sdk::id> incomplete;
    std::vector<sdk::id> unknown;
    std::vector<fs::path> orphans;
    std::set<std::string> paths;  ///< that rows know
};

sdk::task<> tidier::compare_rows(sdk::call call, found& into) const {
    std::int64_t after = 0;
    for (bool more = true; more;) {
        std::vector<thumbnail_ptr> pictures;
        const auto rows = co_await call.storage([&](odb::database& db) {
            auto some = all_of<item_row>(db, (item_query::tenant == call.tenant.number() && item_query::id > after) +
                                                 "ORDER BY" + item_query::id + "LIMIT " + std::to_string(page));
            pictures.clear();
            if (!some.empty())
                pictures = all_of<thumbnail_row>(db, thumbnail_query::tenant == call.tenant.number() &&
                                                         thumbnail_query::file > after &&
                                                         thumbnail_query::file <= some.back()->id);
            return some;
        });
        more = std::ssize(rows) == page;
        if (rows.empty()) break;
        after = rows.back()->id;
        attachments::files_wanted wanted{
            .after = {}, .limit = page, .state = {}, .conversation = {}, .files = sdk::ids<500>{}};
        for (const auto& one : rows) wanted.files->push_back(sdk::id(one->id));
        const auto known = co_await call.service<attachments::files_page>("attachments.files/1", wanted);
        std::set<std::int64_t> there;
        for (const auto& one : known.files) there.insert(one.file.number());
        into.report.items += std::ssize(rows);
        into.report.thumbnails += std::ssize(pictures);
        for (const auto& one : rows)
            if (!there.contains(one->id)) into.gone.emplace_back(one->id);
        co_await sdk::aside([&] {
            for (const auto& one : pictures) {
                into.paths.insert(one->path);
                std::error_code wrong;
                const auto bytes = fs::file_size(sdk::files_folder() / one->path, wrong);
                const bool is_there = !wrong && bytes == static_cast<std::uintmax_t>(one->bytes);
                if (!is_there && (into.incomplete.empty() || into.incomplete.back().number() != one->file))
                    into.incomplete.emplace_back(one->file);
            }
        });
    }
}

sdk::task<> tidier::compare_files(sdk::call call, found& into) const {
    attachments::files_wanted wanted{
        .after = {}, .limit = page, .state = attachments::file_state::ready, .conversation = {}, .files = {}};
    for (bool more = true; more;) {
        const auto some = co_await call.service<attachments::files_page>("attachments.files/1", wanted);
        more = some.more;
        if (some.files.empty()) break;
        wanted.after = some.files.back().file;
        const auto unknown = co_await call.storage([&](odb::database& db) {
            std::vector<sdk::id> all;
            for (const auto& one : some.files)
                if (const auto row = find_item(db, call.tenant, one.file); row == nullptr || row->sha256 != one.sha256)
                    all.push_back(one.file);
            return all;
        });
        into.unknown.insert(into.unknown.end(), unknown.begin(), unknown.end());
    }
    co_await sdk::aside([&] {
        const auto late = fs::file_time_type::clock::now() - settled;
        std::error_code none;
        for (fs::recursive_directory_iterator at(sdk::files_folder() / folder_of(call.tenant), none), end;
             !none && at != end; at.increment(none)) {
            std::error_code gone;
            if (at->is_directory(gone) ||
                into.paths.contains(at->path().lexically_relative(sdk::files_folder()).string()))
                continue;
            if (at->last_write_time(gone) < late) into.orphans.push_back(at->path());
        }
    });
}

sdk::task<> tidier::repair(sdk::call call, found what) const {
    for (const auto one : what.gone) co_await by_.forget(call, one);
    co_await call.storage([&](odb::database& db) {
        for (const auto one : what.incomplete)
            if (const auto row = find_item(db, call.tenant, one); row != nullptr) {
                row->sha256.clear();
                db.update(*row);
            }
    });
    for (const auto one : what.incomplete) co_await by_.look_at(call, one);
    for (const auto one : what.unknown) co_await by_.look_at(call, one);
    co_await sdk::aside([&] {
        std::error_code none;
        for (const auto& one : what.orphans) {
            fs::remove(one, none);
            fs::remove(one.parent_path(), none);  // when it is empty
        }
    });
}

sdk::task<verified> tidier::verify(sdk::call call, verify_request in) const {
    found what;
    co_await compare_rows(call, what);
    co_await compare_files(call, what);
    auto report = what.report;
    report.without_file = std::ssize(what.gone);
    report.without_pictures = std::ssize(what.incomplete);
    report.orphans = std::ssize(what.orphans);
    report.unknown = std::ssize(what.unknown);
    report.repaired = in.repair.value_or(false);
    if (report.repaired) co_await repair(call, std::move(what));
    co_return report;
}

}  // namespace gallery
