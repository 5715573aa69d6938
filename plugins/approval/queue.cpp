// An item waits, is decided once, and everything that happens to it is an entry.
#include "queue.hpp"

#include "entities-odb.hpp"

namespace approval {
namespace {

using item_query = odb::query<item_row>;
using entry_query = odb::query<entry_row>;
using count_query = odb::query<item_count>;

template <class Enum>
std::string word_of(Enum is) {
    return boost::describe::enum_to_string(is, "");
}

std::string limit_of(std::int64_t rows) { return "LIMIT " + std::to_string(rows); }

template <class Row>
std::vector<std::shared_ptr<Row>> all_of(odb::database& db, const odb::query<Row>& wanted) {
    std::vector<std::shared_ptr<Row>> all;
    auto found = db.query<Row>(wanted);
    for (auto i = found.begin(); i != found.end(); ++i) all.push_back(i.load());
    return all;
}

void write(odb::database& db, const item_row& of, const std::string& what, sdk::id by, const std::string& text) {
    entry_row made;
    made.id = sdk::next_id().number();
    made.tenant = of.tenant;
    made.item = of.id;
    made.what = what;
    made.user_id = by.number();
    made.text = text;
    made.at = sdk::now();
    db.persist(made);
}

bool is_pending(const item_row& row) { return state_of(row) == item_state::pending; }

/// What it said is not kept longer than it is needed.
void end_as(item_row& row, item_state state, const std::string& reason) {
    row.state = word_of(state);
    row.reason = reason;
    row.text.clear();
    row.data.clear();
    row.decided_at = sdk::now();
    row.took = row.decided_at - row.created;
}

void begin(item_row& row, std::int64_t due_minutes) {
    row.state = word_of(item_state::pending);
    row.created = sdk::now();
    row.due = due_minutes == 0 ? 0 : row.created + due_minutes * 60'000;
    row.overdue = 0;
    row.decided_at = row.decided_by = row.took = 0;
    row.reason.clear();
    row.settled = 1;
}

void tell_reviewers(sdk::transaction& t, const item_row& of) {
    t.say("approval.changed", queue_changed{sdk::id(of.id), kind_of(of), state_of(of)});
}

/// Whether it waited until now.
bool end_without_decision(odb::database& db, item_row& row, item_state state, const std::string& why) {
    if (!is_pending(row)) return false;
    end_as(row, state, why);
    db.update(row);
    write(db, row, row.state, {}, why);
    return true;
}

/// Whether it waited until now.
bool forget_row(odb::database& db, item_row& row) {
    const bool ended = end_without_decision(db, row, item_state::gone, {});
    row.name.clear();
    row.text.clear();
    row.data.clear();
    row.reason.clear();
    row.settled = 1;
    db.update(row);
    for (const auto& one : all_of<entry_row>(db, entry_query::tenant == row.tenant && entry_query::item == row.id)) {
        one->text.clear();
        db.update(*one);
    }
    return ended;
}

std::optional<std::int64_t> moment_or_none(std::int64_t at) {
    return at == 0 ? std::optional<std::int64_t>() : std::optional(at);
}
std::optional<sdk::id> id_or_none(std::int64_t number) {
    return number == 0 ? std::optional<sdk::id>() : std::optional(sdk::id(number));
}

item_query wanted_by(sdk::id tenant, const list_request& in, std::int64_t now) {
    item_query wanted = item_query::tenant == tenant.number() &&
                        item_query::state == word_of(in.state.value_or(item_state::pending)) &&
                        item_query::id > in.after.value_or(sdk::id()).number();
    if (in.kind) wanted = wanted && item_query::kind == word_of(*in.kind);
    if (in.model) wanted = wanted && item_query::model == std::string(*in.model);
    if (in.conversation) wanted = wanted && item_query::conversation == in.conversation->number();
    if (in.author) wanted = wanted && item_query::author == in.author->number();
    if (in.type) wanted = wanted && item_query::type == std::string(*in.type);
    if (in.overdue && *in.overdue) wanted = wanted && item_query::due != 0 && item_query::due <= now;
    if (in.overdue && !*in.overdue) wanted = wanted && (item_query::due == 0 || item_query::due > now);
    return wanted;
}

std::int64_t count(odb::database& db, const count_query& wanted) { return db.query_value<item_count>(wanted).count; }

/// How long the one took that `part` of `all` are not slower than.
std::optional<std::int64_t> took_at(odb::database& db, const item_query& decided, std::int64_t all, std::int64_t part) {
    if (all == 0) return {};
    const auto rank = (all * part + 99) / 100;
    const auto found =
        all_of<item_row>(db, decided + "ORDER BY" + item_query::took + "LIMIT 1 OFFSET " + std::to_string(rank - 1));
    return found.empty() ? std::optional<std::int64_t>() : found.front()->took;
}

}  // namespace

item_kind kind_of(const item_row& row) {
    auto made = item_kind::file;
    boost::describe::enum_from_string(row.kind.c_str(), made);
    return made;
}

item_state state_of(const item_row& row) {
    auto made = item_state::gone;
    boost::describe::enum_from_string(row.state.c_str(), made);
    return made;
}

sdk::result<item_ptr> require_item(odb::database& db, sdk::id tenant, sdk::id approval) {
    if (auto found =
            db.query_one<item_row>(item_query::id == approval.number() && item_query::tenant == tenant.number()))
        return found;
    return sdk::not_found("approval_unknown", "There is nothing like this in the queue.");
}

item_ptr find_subject(odb::database& db, sdk::id tenant, item_kind kind, sdk::id subject) {
    return db.query_one<item_row>(item_query::tenant == tenant.number() && item_query::kind == word_of(kind) &&
                                  item_query::subject == subject.number());
}

item_ptr enqueue(sdk::transaction& t, const item_row& what, std::int64_t due_minutes, bool& is_new) {
    is_new = false;
    auto& db = t.db();
    auto row = find_subject(db, sdk::id(what.tenant), kind_of(what), sdk::id(what.subject));
    if (row) {
        const auto state = state_of(*row);
        const bool is_asked_again = state == item_state::gone || (state == item_state::rejected && row->settled != 0);
        if (kind_of(*row) != item_kind::file || !is_asked_again) return row;
        begin(*row, due_minutes);
        row->name = what.name;
        row->why = what.why;
        db.update(*row);
    } else {
        row = std::make_shared<item_row>(what);
        row->id = sdk::next_id().number();
        begin(*row, due_minutes);
        db.persist(*row);
    }
    write(db, *row, "queued", {}, row->why);
    tell_reviewers(t, *row);
    is_new = true;
    return row;
}

sdk::result<item_row> decide(sdk::transaction& t, sdk::id tenant, sdk::id approval, const verdict_of& how) {
    const auto row = require_item(t.db(), tenant, approval);
    if (!row) return row.error();
    auto& what = **row;
    if (!is_pending(what))
        return sdk::conflict("approval_decided", "This does not wait any more; somebody was faster.");
    const auto state = how.says == decision::approve ? item_state::approved : item_state::rejected;
    end_as(what, state, how.reason);
    what.decided_by = how.by.number();
    what.settled = 0;
    t.db().update(what);
    write(t.db(), what, what.state, how.by, how.reason);
    tell_reviewers(t, what);
    const decided said{approval, kind_of(what), sdk::id(what.subject), state,
                       state == item_state::rejected ? how.reason : std::string()};
    if (what.author != 0)
        t.say("approval.decided", said, {.conversation = {}, .user = sdk::id(what.author), .message = {}});
    return what;
}

void was_rejected(sdk::transaction& t, item_row& row, const std::string& reason) {
    if (end_without_decision(t.db(), row, item_state::rejected, reason)) tell_reviewers(t, row);
}

void close(sdk::transaction& t, item_row& row, const std::string& why) {
    if (end_without_decision(t.db(), row, item_state::gone, why)) tell_reviewers(t, row);
}

void forget(sdk::transaction& t, item_row& row) {
    if (forget_row(t.db(), row)) tell_reviewers(t, row);
}

void forget_conversation(sdk::transaction& t, sdk::id tenant, sdk::id conversation) {
    std::vector<std::shared_ptr<item_row>> ended;
    for (const auto& one : all_of<item_row>(
             t.db(), item_query::tenant == tenant.number() && item_query::conversation == conversation.number()))
        if (forget_row(t.db(), *one)) ended.push_back(one);
    // Whoever says something waits for others who do, so no row is asked for afterwards.
    for (const auto& one : ended) tell_reviewers(t, *one);
}

sdk::result<item_row> add_note(odb::database& db, sdk::id tenant, sdk::id approval, sdk::id by,
                               const std::string& text) {
    const auto row = require_item(db, tenant, approval);
    if (!row) return row.error();
    if (state_of(**row) == item_state::gone)
        return sdk::conflict("approval_gone", "What this was about is not there any more.");
    write(db, **row, "note", by, text);
    return **row;
}

std::vector<item_row> unsettled(odb::database& db, sdk::id tenant) {
    std::vector<item_row> all;
    for (const auto& one : all_of<item_row>(db, (item_query::tenant == tenant.number() && item_query::settled == 0) +
                                                    "ORDER BY" + item_query::id + limit_of(100)))
        all.push_back(*one);
    return all;
}

void mark_settled(odb::database& db, const item_row& what) {
    const auto row = require_item(db, sdk::id(what.tenant), sdk::id(what.id));
    // Meanwhile it may have been asked for again.
    if (!row || (*row)->decided_at != what.decided_at) return;
    (*row)->settled = 1;
    db.update(**row);
}

std::int64_t note_overdue(odb::database& db, sdk::id tenant, std::int64_t now) {
    const item_query late = item_query::tenant == tenant.number() &&
                            item_query::state == word_of(item_state::pending) && item_query::due != 0 &&
                            item_query::overdue == 0 && item_query::due <= now;
    const auto all = all_of<item_row>(db, late + "ORDER BY" + item_query::due + limit_of(500));
    for (const auto& one : all) {
        one->overdue = 1;
        db.update(*one);
        write(db, *one, "overdue", {}, {});
    }
    return static_cast<std::int64_t>(all.size());
}

bool has_approved_message(odb::database& db, sdk::id tenant, sdk::id author) {
    return !all_of<item_row>(db, (item_query::tenant == tenant.number() && item_query::author == author.number() &&
                                  item_query::kind == word_of(item_kind::message) &&
                                  item_query::state == word_of(item_state::approved)) +
                                     limit_of(1))
                .empty();
}

shown_item shown(const item_row& row, std::int64_t now) {
    return {.approval = sdk::id(row.id),
            .kind = kind_of(row),
            .subject = sdk::id(row.subject),
            .model = row.model,
            .conversation = sdk::id(row.conversation),
            .author = sdk::id(row.author),
            .name = row.name,
            .type = row.type,
            .bytes = row.bytes,
            .text = row.text,
            .why = row.why,
            .state = state_of(row),
            .created_at = row.created,
            .due_at = moment_or_none(row.due),
            .is_overdue = is_pending(row) && row.due != 0 && row.due <= now,
            .decided_at = moment_or_none(row.decided_at),
            .decided_by = id_or_none(row.decided_by),
            .reason = row.reason};
}

shown_items list(odb::database& db, sdk::id tenant, const list_request& in, std::int64_t now) {
    const auto limit = in.limit ? std::int64_t{*in.limit} : 50;
    shown_items page;
    for (const auto& row :
         all_of<item_row>(db, wanted_by(tenant, in, now) + "ORDER BY" + item_query::id + limit_of(limit + 1)))
        page.approvals.push_back(shown(*row, now));
    page.more = static_cast<std::int64_t>(page.approvals.size()) > limit;
    if (page.more) page.approvals.pop_back();
    return page;
}

sdk::result<shown_whole> whole(odb::database& db, sdk::id tenant, sdk::id approval, std::int64_t now) {
    const auto row = require_item(db, tenant, approval);
    if (!row) return row.error();
    shown_whole made;
    static_cast<shown_item&>(made) = shown(**row, now);
    if (!(*row)->data.empty()) made.data = sdk::json::parse((*row)->data).as_object();
    const entry_query its = entry_query::tenant == tenant.number() && entry_query::item == approval.number();
    for (const auto& one : all_of<entry_row>(db, its + "ORDER BY" + entry_query::id))
        made.history.push_back({one->what, id_or_none(one->user_id), one->text, one->at});
    return made;
}

shown_figures figures(odb::database& db, sdk::id tenant, const figures_request& in, std::int64_t now) {
    shown_figures made;
    made.days = in.days ? std::int64_t{*in.days} : 30;
    constexpr std::int64_t day_ms = 86'400'000;
    const auto since = now - made.days * day_ms;
    item_query here = item_query::tenant == tenant.number();
    count_query counted = count_query::tenant == tenant.number();
    if (in.model) {
        here = here && item_query::model == std::string(*in.model);
        counted = counted && count_query::model == std::string(*in.model);
    }
    const auto in_period = counted && count_query::decided_by != 0 && count_query::decided_at >= since;
    made.approved = count(db, in_period && count_query::state == word_of(item_state::approved));
    made.rejected = count(db, in_period && count_query::state == word_of(item_state::rejected));
    const auto waiting = counted && count_query::state == word_of(item_state::pending);
    made.waiting = count(db, waiting);
    made.overdue = count(db, waiting && count_query::due != 0 && count_query::due <= now);
    const auto decided =
        here && item_query::decided_by != 0 && item_query::decided_at >= since &&
        (item_query::state == word_of(item_state::approved) || item_query::state == word_of(item_state::rejected));
    const auto all = made.approved + made.rejected;
    made.median_ms = took_at(db, decided, all, 50);
    made.p90_ms = took_at(db, decided, all, 90);
    return made;
}

}  // namespace approval
