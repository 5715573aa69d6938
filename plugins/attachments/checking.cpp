// Each step is stored before the next one is begun, and every step may be done twice.
#include "checking.hpp"

#include <parley/aside.hpp>

#include "entities-odb.hpp"
#include "gates.hpp"
#include "placing.hpp"
#include "rows.hpp"

namespace attachments {
namespace {

using file_query = odb::query<file_row>;

file_to_check question_of(const file_row& row) {
    return {.file = sdk::id(row.id),
            .path = row.path,
            .name = row.name,
            .type = row.type,
            .category = category_of(row),
            .bytes = row.bytes,
            .tenant = sdk::id(row.tenant),
            .conversation = sdk::id(row.conversation),
            .model = row.model,
            .uploader = sdk::id(row.uploader)};
}

bool is_due(const file_row& row) { return state_of(row) == file_state::checking && row.check_at <= sdk::now(); }

/// A later gate asks at the row's own time.
void pass_when_nobody_is_left(file_row& row) {
    if (state_of(row) == file_state::checking && next_gate(row).empty() && !row.sha256.empty()) {
        set_state(row, file_state::ready);
        row.check_at = 0;
    }
}

/// What the held message's files say together.
struct outcome {
    enum class way : std::uint8_t { wait = 1, release, reject };
    way goes = way::wait;
    std::string reason;
};

outcome outcome_of(const std::vector<file_ptr>& files) {
    outcome made{.goes = outcome::way::release, .reason = {}};
    bool is_held = false;
    for (const auto& one : files) {
        is_held = is_held || one->held != 0;
        const auto state = state_of(*one);
        if (state == file_state::rejected || state == file_state::quarantined)
            return {outcome::way::reject, one->reason.empty() ? "A file of it was turned down." : one->reason};
        if (state != file_state::ready) made.goes = outcome::way::wait;
    }
    return is_held ? made : outcome{};
}

}  // namespace

sdk::task<> checking::begin(sdk::scope where, sdk::id file) const {
    const one_file input{file};
    co_await where.schedule("check", sdk::now(), input, "check:" + file.text());
}

sdk::task<> checking::run(sdk::call call, one_file in) {
    for (;;) {
        const auto row = co_await call.storage([&](odb::database& db) { return find_file(db, call.tenant, in.file); });
        if (row != nullptr && state_of(*row) == file_state::ready && is_local(*row)) co_await wake_placing(call);
        if (row == nullptr || !is_due(*row)) co_return;
        if (row->sha256.empty()) {
            co_await read_through(call, in.file);
            continue;
        }
        auto there = call;
        there.model = row->model;
        const auto gate = next_gate(*row);
        if (gate.empty()) co_return co_await finish(call, in.file);
        const auto said = co_await ask(there, *row).as_result();
        if (!said) {
            sdk::log::warning("a gate did not answer, and is asked again",
                              {{"gate", gate}, {"file", in.file.text()}, {"code", said.error().code}});
            co_await put_off(call, in.file);
            co_return;
        }
        const auto& now = *said;
        if (now.message != 0) co_await settle(call, sdk::id(now.message));
        if (!is_due(now) || next_gate(now) != gate) continue;
        co_await put_off(call, in.file);  // it said something, and nothing came of it
        co_return;
    }
}

sdk::task<file_row> checking::ask(sdk::scope there, file_row row) {
    const auto gate = next_gate(row);
    auto question = question_of(row);
    question.path = co_await local_path(there, in_, row);
    file_said word{question.file, gate, file_says::pass, {}};
    in_.count.checked.add();
    if (gate.starts_with(cleaner_mark)) {
        const auto service = gate.substr(cleaner_mark.size()) + "." + std::string(cleaner_service);
        const auto cleaned = co_await there.service<file_cleaned>(service, question);
        if (!cleaned.edits.empty()) co_await change(there, row, question.path, cleaned);
    } else {
        const auto service = gate + "." + std::string(gate_service);
        const auto said = co_await there.service<file_verdict>(service, question);
        word.verdict = said.verdict;
        word.reason = said.reason;
    }
    co_return co_await apply(there, word);
}

/// The changed file lies on the disk, beside the first one, until the row says that it is the file. What was elsewhere
/// is brought there again when every gate has passed it.
sdk::task<> checking::change(sdk::scope where, file_row row, std::string from, file_cleaned by) const {
    const auto changed = fresh_path(row);
    const auto bytes = co_await sdk::aside([&] { return in_.store.edit(from, changed, by.edits); });
    const auto sum = co_await sdk::aside([&] { return in_.store.sha256_of(changed); });
    co_await where.storage([&](odb::database& db) {
        const auto now = find_file(db, where.tenant, sdk::id(row.id));
        if (now == nullptr || now->path != row.path) return doom(db, {row.tenant, local_place, changed});
        book(db, holder_of(*now), {bytes - now->bytes, 0}, {});
        doom_all(db, *now);
        now->place = local_place;
        now->path = changed;
        now->bound.clear();
        now->bound_path.clear();
        now->bytes = bytes;
        now->sha256 = sum;
        forget_passed(*now);
        db.update(*now);
    });
}

sdk::task<> checking::finish(sdk::scope where, sdk::id file) const {
    const auto message = co_await where.storage([&](sdk::transaction& t) {
        const auto row = find_file(t.db(), where.tenant, file);
        if (row == nullptr) return std::int64_t{0};
        const auto before = state_of(*row);
        pass_when_nobody_is_left(*row);
        store_change(t, *row, before);
        return row->message;
    });
    co_await wake_placing(where);
    if (message != 0) co_await settle(where, sdk::id(message));
}

sdk::task<> checking::read_through(sdk::scope where, sdk::id file) const {
    const auto row = co_await where.storage([&](odb::database& db) { return find_file(db, where.tenant, file); });
    if (row == nullptr) co_return;
    const auto sum = co_await sdk::aside([&] { return in_.store.sha256_of(row->path); }).as_result();
    if (!sum) {
        // Verification removes the row when the blob is really gone.
        co_await put_off(where, file);
        co_await sdk::error(sum.error());
    }
    const auto now = co_await where.storage([&](sdk::transaction& t) {
        auto found = find_file(t.db(), where.tenant, file);
        if (found == nullptr) return std::int64_t{0};
        const auto before = state_of(*found);
        found->sha256 = *sum;
        pass_when_nobody_is_left(*found);
        store_change(t, *found, before);
        return found->message;
    });
    if (now != 0) co_await settle(where, sdk::id(now));
}

sdk::task<> checking::put_off(sdk::scope where, sdk::id file) const {
    const auto at = co_await where.storage([&](odb::database& db) {
        auto row = find_file(db, where.tenant, file);
        if (row == nullptr || state_of(*row) != file_state::checking) return std::int64_t{0};
        attachments::put_off(*row, sdk::now());
        db.update(*row);
        return row->check_at;
    });
    const one_file input{file};
    if (at != 0) co_await where.schedule("check", at, input, "check:" + file.text());
}

sdk::task<file_row> checking::apply(sdk::scope where, file_said said) {
    co_return co_await where.storage([&](sdk::transaction& t) -> sdk::result<file_row> {
        const auto row = require_file(t.db(), where.tenant, said.file);
        if (!row) return row.error();
        const auto before = state_of(**row);
        if (hear_gate(**row, said, sdk::now())) store_change(t, **row, before);
        return **row;
    });
}

sdk::task<file_now> checking::hear(sdk::call call, file_said said) {
    const auto row = co_await apply(call, said);
    if (row.message != 0) co_await settle(call, sdk::id(row.message));
    if (row.check_at != 0) co_await begin(call, said.file);
    if (state_of(row) == file_state::ready) co_await wake_placing(call);
    co_return file_now{said.file, state_of(row)};
}

sdk::task<file_now> checking::recheck(sdk::call call, file_recheck in) {
    const auto state = co_await call.storage([&](sdk::transaction& t) -> sdk::result<file_state> {
        const auto row = require_file(t.db(), call.tenant, in.file);
        if (!row) return row.error();
        const auto before = state_of(**row);
        if (before == file_state::uploading || before == file_state::kept)
            return sdk::conflict("file_not_there", "The file cannot be checked as it is.");
        ask_again(**row, in.gate, sdk::now());
        store_change(t, **row, before);
        return state_of(**row);
    });
    co_await begin(call, in.file);
    co_return file_now{in.file, state};
}

sdk::task<> checking::settle(sdk::scope where, sdk::id message) const {
    const auto is = co_await where.storage(
        [&](odb::database& db) { return outcome_of(files_of_message(db, where.tenant, message)); });
    if (is.goes == outcome::way::wait) co_return;
    const auto done = is.goes == outcome::way::release ? co_await where.release(message).as_result()
                                                       : co_await where.reject(message, is.reason).as_result();
    // Somebody else may have decided, or it is gone: there is nothing to hold either way.
    if (!done && done.error().status != PARLEY_CONFLICT && done.error().status != PARLEY_NOT_FOUND)
        co_await sdk::error(done.error());
    co_await where.storage([&](odb::database& db) {
        for (const auto& one : files_of_message(db, where.tenant, message)) {
            one->held = 0;
            db.update(*one);
        }
    });
}

sdk::task<> checking::go_over(sdk::call call) {
    struct left {
        std::vector<std::int64_t> files;
        std::vector<std::int64_t> messages;
    };
    const auto found = co_await call.storage([&](odb::database& db) {
        left made;
        const auto late = sdk::now() - 5'000;
        for (const auto& row : all_of<file_row>(db, (file_query::tenant == call.tenant.number() &&
                                                     file_query::check_at != 0 && file_query::check_at < late) +
                                                        "ORDER BY" + file_query::check_at + "LIMIT 500"))
            made.files.push_back(row->id);
        for (const auto& row :
             all_of<file_row>(db, (file_query::tenant == call.tenant.number() && file_query::held != 0) + "LIMIT 500"))
            made.messages.push_back(row->message);
        return made;
    });
    for (const auto one : found.files) co_await begin(call, sdk::id(one));
    for (const auto one : found.messages) co_await settle(call, sdk::id(one));
    in_.count.waiting.set(static_cast<double>(found.files.size()));
}

}  // namespace attachments
