// The decision is a row before anybody is told, so that a crash in between is made up for.
#include "settling.hpp"

#include "attachments/contract.hpp"
#include "queue.hpp"

namespace approval {
namespace {

sdk::task<> tell_attachments(sdk::scope where, item_row what) {
    where.model = what.model;
    const bool passes = state_of(what) == item_state::approved;
    const attachments::file_said said{.file = sdk::id(what.subject),
                                      .gate = PARLEY_PLUGIN_ID,
                                      .verdict = passes ? attachments::file_says::pass : attachments::file_says::reject,
                                      .reason = what.reason};
    const auto told = co_await where.service<attachments::file_now>("attachments.verdict/1", said).as_result();
    if (!told && told.error().status != PARLEY_NOT_FOUND) co_await sdk::error(told.error());
}

sdk::task<> tell_kernel(sdk::scope where, item_row what) {
    const sdk::id message(what.subject);
    const auto told = state_of(what) == item_state::approved ? co_await where.release(message).as_result()
                                                             : co_await where.reject(message, what.reason).as_result();
    if (told || told.error().status == PARLEY_NOT_FOUND) co_return;
    // Decided elsewhere, and nothing is left to do. Of an archived conversation it goes when that is open again.
    if (told.error().status == PARLEY_CONFLICT && told.error().code != "conversation_archived") co_return;
    co_await sdk::error(told.error());
}

}  // namespace

sdk::task<> settle(sdk::scope where, item_row what) {
    const auto told = kind_of(what) == item_kind::file ? co_await tell_attachments(where, what).as_result()
                                                       : co_await tell_kernel(where, what).as_result();
    if (!told) {
        sdk::log::warning("a decision could not be told, and will be again",
                          {{"kind", what.kind}, {"id", std::to_string(what.subject)}, {"code", told.error().code}});
        co_return;
    }
    const auto done = co_await where.storage([&](odb::database& db) { mark_settled(db, what); }).as_result();
    (void)done;  // otherwise it is told once more, which changes nothing
}

sdk::task<> settle_all(sdk::scope where) {
    const auto all = co_await where.storage([&](odb::database& db) { return unsettled(db, where.tenant); });
    for (const auto& one : all) co_await settle(where, one);
}

}  // namespace approval
