// Each step is stored before the next one is begun, and every step may be done twice.
#include "making.hpp"

#include <parley/aside.hpp>
#include <parley/transfer.hpp>

#include <algorithm>

#include "attachments/on_disk.hpp"
#include "cleaning.hpp"
#include "entities-odb.hpp"

namespace gallery {
namespace {

/// Others wait for their turn meanwhile.
constexpr std::chrono::seconds most_of_a_turn{20};
constexpr std::int64_t some_files = 200;
/// Of a file whose process died: a moment after the time that it may take.
constexpr std::int64_t grace_ms = 30'000;

sdk::task<> make_soon(sdk::scope where, std::int64_t at) {
    co_await where.schedule("make", at, sdk::json::object{}, "make");
}

making making_of(const settings& here, const std::filesystem::path& into) {
    making made{.sizes = here.sizes,
                .most_pixels = here.max_pixels,
                .until = std::chrono::steady_clock::now() + std::chrono::seconds(here.max_seconds),
                .into = into};
    std::sort(made.sizes.begin(), made.sizes.end());
    made.sizes.erase(std::unique(made.sizes.begin(), made.sizes.end()), made.sizes.end());
    if (made.sizes.empty()) made.sizes = settings().sizes;
    return made;
}

sdk::result<cleaned> look_into(const std::string& path) {
    const source from(sdk::files_folder("attachments") / path);
    if (!from.is_open()) return sdk::not_found("file_unknown", "There is no such file.");
    return gallery::clean(from);
}

bool says_something(const camera_facts& facts) { return sdk::to_json(facts) != sdk::to_json(camera_facts{}); }

}  // namespace

sdk::task<attachments::file_cleaned> maker::clean(sdk::call call, attachments::file_to_check in) const {
    const auto here = call.settings<settings>();
    const auto found = co_await sdk::aside([&] { return look_into(in.path); });
    if (says_something(found.facts))
        co_await call.storage([&](odb::database& db) { keep_camera(db, call.tenant, in, found.facts); });
    if (here->keep_metadata || found.edits.empty()) co_return attachments::file_cleaned{};
    count.cleaned.add();
    co_return attachments::file_cleaned{found.edits};
}

sdk::task<> maker::look_at(sdk::scope where, sdk::id file) const {
    const attachments::one_file which{file};
    const auto facts = co_await where.service<attachments::file_facts>("attachments.file/1", which).as_result();
    if (!facts && facts.error().status == PARLEY_NOT_FOUND) co_return co_await forget(where, file);
    if (!facts) co_await sdk::error(facts.error());
    const auto here = where.settings<settings>();
    const bool is_due =
        co_await where.storage([&](odb::database& db) { return keep_facts(db, where.tenant, *facts, *here); });
    if (is_due) co_await make_soon(where, sdk::now());
}

sdk::task<> maker::forget(sdk::scope where, sdk::id file) const {
    co_await sdk::aside([&] {
        std::error_code none;
        fs::remove_all(sdk::files_folder() / folder_of(where.tenant, file), none);
    });
    co_await where.storage([&](odb::database& db) { forget_item(db, where.tenant, file); });
}

sdk::task<> maker::make(sdk::call call) {
    if (busy_.exchange(true)) co_return co_await make_soon(call, sdk::now() + 1'000);
    const auto done = co_await make_some(call).as_result();
    busy_ = false;
    if (!done) co_await sdk::error(done.error());
}

sdk::task<> maker::make_some(sdk::call call) {
    const auto here = call.settings<settings>();
    const auto until = std::chrono::steady_clock::now() + most_of_a_turn;
    for (;;) {
        const auto now = sdk::now();
        const auto next = co_await call.storage([&](odb::database& db) {
            return claim_next(db, call.tenant, now, now + here->max_seconds * 1'000 + grace_ms);
        });
        if (next == nullptr) co_return;
        co_await make_one(call, *next);
        if (std::chrono::steady_clock::now() > until) co_return co_await make_soon(call, sdk::now());
    }
}

sdk::task<> maker::make_one(sdk::call call, item_row row) {
    const sdk::id file(row.id);
    const attachments::one_file which{file};
    const auto facts = co_await call.service<attachments::file_facts>("attachments.file/1", which).as_result();
    if (!facts && facts.error().status == PARLEY_NOT_FOUND) co_return co_await forget(call, file);
    if (!facts) co_await sdk::error(facts.error());
    const auto here = call.settings<settings>();
    // When it is ready again there is an event, and a checksum that is another one.
    const bool is_ready = facts->state == attachments::file_state::ready;
    const auto there = is_ready ? co_await attachments::on_disk(call, *facts) : *facts;
    if (!is_ready || (row.recleaned == 0 && co_await had_to_be_cleaned(call, there))) {
        co_return co_await call.storage([&](odb::database& db) {
            const auto now = find_item(db, call.tenant, file);
            if (now == nullptr) return;
            now->recleaned = is_ready ? 1 : now->recleaned;
            now->sha256.clear();
            now->due = 0;
            db.update(*now);
        });
    }
    const auto began = std::chrono::steady_clock::now();
    const auto made = co_await sdk::aside([&] { return read(there, call.tenant, *here); }).as_result();
    count.seconds.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    const bool is_for_ever = !made && made.error().status == PARLEY_INVALID;
    if (!made && !is_for_ever) co_await sdk::error(made.error());
    (made ? count.made : count.failed).add();
    const bool is_kept = co_await call.storage([&](sdk::transaction& t) {
        const auto now = find_item(t.db(), call.tenant, file);
        if (now == nullptr || now->sha256 != row.sha256) return now != nullptr;
        if (made)
            keep_picture(t.db(), *now, *made);
        else
            keep_failure(t.db(), *now, made.error().sentence);
        if (now->shown != 0) {
            const sdk::about to{.conversation = sdk::id(now->conversation), .user = {}, .message = {}};
            t.say("gallery.changed", which, to);
        }
        return true;
    });
    if (!is_kept) co_await forget(call, file);  // it went meanwhile
}

/// A file of before this plugin was on. It is not served until it is clean.
sdk::task<bool> maker::had_to_be_cleaned(sdk::call call, attachments::file_facts file) const {
    const auto here = call.settings<settings>();
    if (here->keep_metadata) co_return false;
    const auto found = co_await sdk::aside([&] { return look_into(file.path); });
    if (found.edits.empty()) co_return false;
    const attachments::file_recheck again{file.file, "clean:gallery"};
    co_await call.service("attachments.recheck/1", again);
    co_return true;
}

sdk::result<picture> maker::read(const attachments::file_facts& file, sdk::id tenant, const settings& here) {
    const auto from = sdk::files_folder("attachments") / file.path;
    const auto into = sdk::files_folder() / folder_of(tenant, file.file);
    std::error_code wrong;
    if (!fs::exists(from, wrong)) return sdk::unavailable("file_missing", "The file is not there.");
    fs::create_directories(into, wrong);
    if (wrong) return sdk::unavailable("storage_failed", "Thumbnails cannot be stored.");
    const auto by = making_of(here, into);
    const watchdog::turn turn(dog_, by.until);
    switch (reader_of(file.type, here)) {
        case reader::image:
            return read_image(from, by);
        case reader::pdf:
            return read_pdf(from, by);
        case reader::video:
            return read_video(from, by);
        case reader::nothing:
            break;
    }
    return picture{};
}

sdk::task<> maker::sweep(sdk::call call) const {
    const auto here = call.settings<settings>();
    auto at = co_await call.storage([&](odb::database& db) {
        sweep_row made;
        return db.find(call.tenant.number(), made) ? made : sweep_row{.tenant = 0, .after = 0};
    });
    attachments::files_wanted wanted{
        .after = {}, .limit = some_files, .state = attachments::file_state::ready, .conversation = {}, .files = {}};
    if (at.after != 0) wanted.after = sdk::id(at.after);
    const auto page = co_await call.service<attachments::files_page>("attachments.files/1", wanted);
    const bool is_due = co_await call.storage([&](odb::database& db) {
        for (const auto& one : page.files) keep_facts(db, call.tenant, one, *here);
        if (!page.files.empty()) {
            const sweep_row next{.tenant = call.tenant.number(), .after = page.files.back().file.number()};
            if (at.tenant == 0)
                db.persist(next);
            else
                db.update(next);
        }
        return has_due(db, call.tenant, sdk::now());
    });
    count.waiting.set(is_due ? 1 : 0);
    if (is_due) co_await make_soon(call, sdk::now());
}

sdk::task<> maker::recover() const {
    const sdk::scope anywhere;
    const auto tenants = co_await anywhere.storage([](odb::database& db) {
        using query = odb::query<item_row>;
        std::vector<std::int64_t> all;
        for (const auto& one : all_of<item_row>(db, query::due != 0)) {
            one->due = std::min(one->due, sdk::now());
            db.update(*one);
            if (std::find(all.begin(), all.end(), one->tenant) == all.end()) all.push_back(one->tenant);
        }
        return all;
    });
    for (const auto one : tenants) {
        sdk::scope there;
        there.tenant = sdk::id(one);
        // Where that is not possible yet, the next sweep does it.
        (void)co_await there.schedule("make", sdk::now(), sdk::json::object{}, "make").as_result();
    }
}

}  // namespace gallery
