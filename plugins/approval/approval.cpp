// Approval: files and messages that wait until somebody has looked at them.
#include <algorithm>
#include <parley/storage.hpp>
#include <parley/web_files.hpp>

#include "attachments/contract.hpp"
#include "attachments/on_disk.hpp"
#include "holding.hpp"
#include "policy.hpp"
#include "queue.hpp"
#include "settling.hpp"

namespace approval {
namespace {

const std::string all_path = "/api/v1/approvals";
const std::string one_path = all_path + "/{approval}";
const std::string review = "approval.review";

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

class plugin : public sdk::with_web_piece {
public:
    void setup(sdk::registry<plugin>& on) {
        offer_web_piece(on, {.plugin = "approval", .style = true});
        read(on);
        write(on);
        hear(on);
        on.check("message.send", &plugin::judge);
        on.check("message.edit", &plugin::judge_changed);
        on.service("approval.file_check/1", &plugin::check_file);
        on.job("sweep", {.every = std::chrono::minutes(1), .lease = std::chrono::minutes(5), .most_tries = 0},
               &plugin::sweep);
        queued_ = on.counter("queued", "Files and messages that had to wait.");
        approved_ = on.counter("approved", "Those that somebody approved.");
        rejected_ = on.counter("rejected", "Those that somebody rejected.");
        overdue_ = on.counter("overdue", "Those that nobody had decided in time.");
        passed_ = on.counter("passed", "Files that passed by themselves.");
    }

private:
    void read(sdk::registry<plugin>& on) {
        const std::map<std::string, std::string> fields{
            {"approval", "The id in the queue."},
            {"state", "pending, approved, rejected or gone; pending when it is not said."},
            {"kind", "Only these: file or message."},
            {"model", "Only of this model."},
            {"conversation", "Only of this conversation."},
            {"author", "Only of this user."},
            {"type", "Only of this type, as image/png."},
            {"overdue", "Only what should have been decided; false: only the others."},
            {"after", "Later ones than this; the oldest come first."},
            {"limit", "How many at most; 50 when it is not said."},
            {"days", "In the last so many days; 30 when it is not said."}};
        on.command("approval.list", review, {"GET", all_path, "What waits, or waited, for approval.", fields},
                   &plugin::list_items);
        on.command("approval.get", review, {"GET", one_path, "One of them, with its history.", fields}, &plugin::get);
        on.command("approval.figures", review,
                   {"GET", "/api/v1/approval-figures", "How long decisions took, and how much waits.", fields},
                   &plugin::show_figures);
        on.transfer("approval.content", review,
                    {.method = "GET",
                     .path = one_path + "/content",
                     .sentence = "The content of a file that waits.",
                     .fields = fields},
                    &plugin::content);
    }

    void write(sdk::registry<plugin>& on) {
        const std::map<std::string, std::string> fields{
            {"approval", "The id in the queue."},
            {"approvals", "Ids of at most 100."},
            {"decision", "approve or reject."},
            {"reason", "Why; the author reads it when it is a rejection, which needs one."},
            {"text", "What other reviewers should know; nobody else reads it."}};
        on.command("approval.approve", review,
                   {"POST", one_path + "/approve", "Lets a file or a message through.", fields}, &plugin::approve);
        on.command("approval.reject", review, {"POST", one_path + "/reject", "Turns it down.", fields},
                   &plugin::reject);
        on.command("approval.decide", review,
                   {"POST", "/api/v1/approval-decisions", "Decides many, each by itself.", fields},
                   &plugin::decide_many);
        on.command("approval.note", review, {"POST", one_path + "/notes", "Adds a note to its history.", fields},
                   &plugin::note);
    }

    void hear(sdk::registry<plugin>& on) {
        on.after("message.held", &plugin::held);
        on.after("message.rejected", &plugin::was_turned_down);
        on.after("message.withdrawn", &plugin::was_withdrawn);
        on.after("message.purged", &plugin::was_purged);
        on.after("conversation.deleted", &plugin::lost_its_conversation);
        on.after("file.changed", &plugin::file_was_changed);
        on.after("file.removed", &plugin::file_was_removed);
    }

    // What reviewers read.

    sdk::task<shown_items> list_items(sdk::call call, list_request in) {
        co_return co_await call.storage([&](odb::database& db) { return list(db, call.tenant, in, sdk::now()); });
    }
    sdk::task<shown_whole> get(sdk::call call, one_approval in) {
        co_return co_await call.storage(
            [&](odb::database& db) { return whole(db, call.tenant, in.approval, sdk::now()); });
    }
    sdk::task<shown_figures> show_figures(sdk::call call, figures_request in) {
        co_return co_await call.storage([&](odb::database& db) { return figures(db, call.tenant, in, sdk::now()); });
    }

    sdk::task<sdk::reply> content(sdk::call call, one_approval in) {
        const auto row = co_await call.storage([&](odb::database& db) -> sdk::result<item_row> {
            const auto found = require_item(db, call.tenant, in.approval);
            if (!found) return found.error();
            return **found;
        });
        if (kind_of(row) != item_kind::file || state_of(row) != item_state::pending)
            co_return sdk::not_found("content_unknown", "There is no content here that waits.");
        auto there = call;
        there.model = row.model;
        const attachments::one_file which{sdk::id(row.subject)};
        const auto file = co_await there.service<attachments::file_facts>("attachments.file/1", which);
        // While it is being scanned again, and when it turned out to be infected, it is nobody's.
        if (file.state != attachments::file_state::waiting)
            co_return sdk::conflict("file_not_waiting", "The file is being checked; try again later.");
        const auto brought = co_await attachments::on_disk(there, file);
        co_return sdk::reply::send(
            {.path = "of:attachments/" + brought.path, .name = file.name, .type = file.type, .cache = "no-store"});
    }

    // What reviewers decide.

    sdk::task<shown_item> approve(sdk::call call, approve_request in) {
        const verdict_of how{call.user, decision::approve, in.reason.value_or("")};
        return decide_one(std::move(call), in.approval, how);
    }
    sdk::task<shown_item> reject(sdk::call call, reject_request in) {
        co_await check_reason(in.reason);
        const verdict_of how{call.user, decision::reject, in.reason};
        co_return co_await decide_one(call, in.approval, how);
    }

    sdk::task<shown_item> decide_one(sdk::call call, sdk::id approval, verdict_of how) {
        const auto row =
            co_await call.storage([&](sdk::transaction& t) { return decide(t, call.tenant, approval, how); });
        (how.says == decision::approve ? approved_ : rejected_).add();
        co_await settle(call, row);
        co_return shown(row, sdk::now());
    }

    sdk::task<shown_results> decide_many(sdk::call call, bulk_request in) {
        const verdict_of how{call.user, in.decision, in.reason.value_or("")};
        if (how.says == decision::reject) co_await check_reason(how.reason);
        shown_results made;
        for (const auto one : in.approvals) {
            const auto row =
                co_await call.storage([&](sdk::transaction& t) { return decide(t, call.tenant, one, how); })
                    .as_result();
            if (!row) {
                made.results.push_back({one, {}, row.error().code, row.error().sentence});
                continue;
            }
            (how.says == decision::approve ? approved_ : rejected_).add();
            co_await settle(call, *row);
            made.results.push_back({one, state_of(*row), {}, {}});
        }
        co_return made;
    }

    sdk::task<shown_item> note(sdk::call call, note_request in) {
        if (is_blank(in.text)) co_return sdk::invalid("text", "text_empty", "A note says something.");
        const auto row = co_await call.storage(
            [&](odb::database& db) { return add_note(db, call.tenant, in.approval, call.user, in.text); });
        co_return shown(row, sdk::now());
    }

    static sdk::result<void> check_reason(const std::string& reason) {
        if (is_blank(reason))
            return sdk::invalid("reason", "reason_empty", "A rejection needs a reason for the author.");
        return {};
    }

    // Files.

    sdk::task<attachments::file_verdict> check_file(sdk::call call, attachments::file_to_check in) {
        const auto here = call.settings<settings>();
        auto what = row_of(call, in);
        what.why = why_file_waits(in.type, *here);
        bool is_new = false;
        const auto row = co_await call.storage([&](sdk::transaction& t) -> item_ptr {
            if (!what.why.empty()) return enqueue(t, what, here->due_minutes, is_new);
            const auto found = find_subject(t.db(), call.tenant, item_kind::file, in.file);
            return found != nullptr && state_of(*found) == item_state::pending ? found : nullptr;
        });
        if (row == nullptr) passed_.add();
        if (is_new) queued_.add();
        if (row == nullptr || state_of(*row) == item_state::approved) co_return says(attachments::file_says::pass);
        if (state_of(*row) == item_state::rejected) co_return says(attachments::file_says::reject, row->reason);
        co_return says(attachments::file_says::wait, "Somebody looks at it before others do.");
    }

    static attachments::file_verdict says(attachments::file_says verdict, std::string reason = {}) {
        return {.verdict = verdict, .reason = std::move(reason), .details = {}};
    }

    static item_row row_of(const sdk::call& call, const attachments::file_to_check& in) {
        item_row row;
        row.tenant = call.tenant.number();
        row.kind = boost::describe::enum_to_string(item_kind::file, "");
        row.subject = in.file.number();
        row.model = in.model;
        row.conversation = in.conversation.number();
        row.author = in.uploader.number();
        row.name = in.name;
        row.type = in.type;
        row.bytes = in.bytes;
        return row;
    }

    sdk::task<> file_was_changed(sdk::event event) {
        const auto what = co_await event.as<attachments::file_changed>();
        const bool is_over = what.state == attachments::file_state::quarantined ||
                             what.state == attachments::file_state::rejected ||
                             what.state == attachments::file_state::kept;
        if (!is_over) co_return;
        co_await change_file(event, what.file, [&](sdk::transaction& t, item_row& row) { close(t, row, what.reason); });
    }
    sdk::task<> file_was_removed(sdk::event event) {
        const auto what = co_await event.as<attachments::file_removed>();
        co_await change_file(event, what.file, [](sdk::transaction& t, item_row& row) { forget(t, row); });
    }
    template <class Change>
    sdk::task<> change_file(sdk::event event, sdk::id file, Change change) {
        co_await event.storage([&](sdk::transaction& t) {
            const auto row = find_subject(t.db(), event.tenant, item_kind::file, file);
            if (row != nullptr) change(t, *row);
        });
    }

    // Messages.

    sdk::task<sdk::send_verdict> judge(sdk::kept_draft draft) { return judge_message(std::move(draft)); }
    sdk::verdict judge_changed(const sdk::draft& draft) { return judge_edit(draft); }
    sdk::task<> held(sdk::event event) {
        if (co_await message_was_held(std::move(event))) queued_.add();
    }
    sdk::task<> was_turned_down(sdk::event event) { return message_was_rejected(std::move(event)); }
    sdk::task<> was_withdrawn(sdk::event event) { return message_was_withdrawn(std::move(event)); }
    sdk::task<> was_purged(sdk::event event) { return message_was_purged(std::move(event)); }
    sdk::task<> lost_its_conversation(sdk::event event) {
        co_await event.storage([&](sdk::transaction& t) { forget_conversation(t, event.tenant, event.conversation); });
    }

    sdk::task<> sweep(sdk::call call) {
        const auto late =
            co_await call.storage([&](odb::database& db) { return note_overdue(db, call.tenant, sdk::now()); });
        if (late > 0) {
            overdue_.add(static_cast<double>(late));
            sdk::log::warning("approvals are overdue", {{"tenant", call.tenant_name}, {"more", late}});
        }
        co_await settle_all(call);
    }

    sdk::counter queued_;
    sdk::counter approved_;
    sdk::counter rejected_;
    sdk::counter overdue_;
    sdk::counter passed_;
};

}  // namespace
}  // namespace approval

PARLEY_PLUGIN(approval::plugin);
