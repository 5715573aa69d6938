// The rules by which a client follows events; the same that the API documents give.
#include "kernel/testing/model_client.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "kernel/follow_log.hpp"
#include "kernel/present_text.hpp"
#include "kernel/read_messages.hpp"

namespace parley::kernel::testing {
namespace json = boost::json;
namespace {

std::string text_of(const json::value& of) { return std::string(of.as_string()); }

/// The start of a text as a reply shows it: at most 200 bytes, cut between characters.
std::string excerpt(const std::string& text) {
    if (text.size() <= 200) return text;
    std::size_t end = 200;
    while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "…";
}

bool is_purged(const json::object& message) { return message.contains("purged"); }

/// Replies to a message show what it says now.
template <class Messages>
void refresh_replies(Messages& all, const json::value& id, const json::object* original) {
    for (auto& [key, one] : all) {
        auto& reply = one.at("reply_to");
        if (!reply.is_object() || reply.at("id") != id) continue;
        if (original == nullptr) {
            reply = nullptr;
            continue;
        }
        reply.as_object()["text"] = excerpt(text_of(original->at("text")));
        reply.as_object()["deleted"] = !original->at("deleted_at").is_null();
    }
}

template <class Messages>
void refresh_thread(Messages& all, const json::object& data) {
    const auto* thread = data.if_contains("thread");
    if (thread == nullptr) return;
    auto summary = thread->as_object();
    const auto root = summary.at("root");
    summary.erase("root");
    for (auto& [seq, one] : all)
        if (one.at("id") == root) one["thread"] = summary;
}

/// The rule of docs/extend/clients.md.
void add_unsaid(json::object& message) {
    const auto& text = message.at("text").as_string();
    json::array content;
    if (!text.empty()) content.push_back({{"type", "text"}, {"text", text}});
    const json::object unsaid{{"content", std::move(content)},
                              {"data", json::object{}},
                              {"reply_to", nullptr},
                              {"thread_root", nullptr},
                              {"thread", {{"replies", 0}, {"last_reply_at", nullptr}, {"participants", json::array{}}}},
                              {"state", "published"},
                              {"mentions", json::array{}},
                              {"edited_at", nullptr},
                              {"deleted_at", nullptr}};
    for (const auto& [name, value] : unsaid) message.emplace(name, value);
}

void differences(const json::value& followed, const json::value& fresh, const std::string& path, std::string& out) {
    if (followed == fresh) return;
    if (!followed.is_object() || !fresh.is_object()) {
        out += path + ": followed " + to_text(followed) + ", fresh " + to_text(fresh) + "\n";
        return;
    }
    for (const auto& [key, value] : followed.as_object()) {
        const auto* other = fresh.as_object().if_contains(key);
        if (other == nullptr)
            out += path + "/" + std::string(key) + ": only followed: " + to_text(value) + "\n";
        else
            differences(value, *other, path + "/" + std::string(key), out);
    }
    for (const auto& [key, value] : fresh.as_object())
        if (!followed.as_object().contains(key))
            out += path + "/" + std::string(key) + ": only fresh: " + to_text(value) + "\n";
}

}  // namespace

json::object heard_from(std::string_view frame) {
    auto heard = json::parse(frame).as_object();
    if (auto* message = heard.at("data").as_object().if_contains("message"); message != nullptr)
        if (!is_purged(message->as_object())) add_unsaid(message->as_object());
    return heard;
}

json::object as_heard(const event& what, viewer reader) {
    auto heard = heard_from(present_text(what, reader));
    EXPECT_EQ(heard, json::parse(json::serialize(present(what, reader))));
    return heard;
}

void model_client::start_afresh() {
    house_.read([&](reading& from) {
        const auto taken = take_snapshot(house_.env, from, house_.as(me_));
        if (!taken) {
            ADD_FAILURE() << taken.error().message;
            return 0;
        }
        at_ = taken->at;
        self_ = present(taken->self);
        rooms_.clear();
        people_.clear();
        for (const auto& one : taken->people) people_[one.id.text()] = present(one);
        for (const auto& one : taken->conversations) {
            auto& made = rooms_[one.row.id.text()];
            made.conversation = present(one.row, one.kind);
            made.membership = present(one.as->as, one.as->counts);
        }
        return 0;
    });
    for (auto& [id, one] : rooms_)
        load(*conversation_id::parse(id), one, one.conversation.at("last_seq").to_number<sequence>());
}

void model_client::load(conversation_id in, room& into, sequence upto) {
    const auto by = house_.as(me_);
    house_.read([&](reading& from) {
        sequence before = upto + 1;
        for (bool more = true; more;) {
            const page_range range{.toward = page_range::direction::before, .from = before, .limit = max_page};
            const auto page = read_history(house_.env, from, by, in, range);
            if (!page) return 0;  // left or deleted since; an event will say so
            for (const auto& one : page->messages) into.messages[one.body->seq] = present(one, page->reader);
            if (!page->messages.empty()) before = page->messages.front().body->seq;
            more = page->more_before;
        }
        if (const auto waiting = read_withheld(house_.env, from, by, in, {}, max_page))
            for (const auto& one : waiting->messages)
                into.withheld[one.body->id.text()] = present(one, waiting->reader);
        if (const auto all = read_members(house_.env, from, by, in, {}, max_page))
            for (const auto& one : *all) into.members[one.who.id.text()] = present(one);
        return 0;
    });
}

void model_client::catch_up(int limit) {
    for (;;) {
        std::optional<result<event_page>> page;
        house_.read([&](reading& from) {
            page.emplace(read_log(house_.env, from, house_.as(me_), at_, limit));
            return 0;
        });
        if (!*page) {
            EXPECT_EQ(page->error().code, "snapshot_needed");
            return start_afresh();
        }
        for (const auto& one : (*page)->events) apply(as_heard(one, (*page)->reader_of(one)));
        at_ = std::max(at_, (*page)->upto);
        if (at_ >= (*page)->log_end) return;
    }
}

bool model_client::is_mine(const json::object& message) const {
    const auto* author = message.if_contains("author");
    return author != nullptr && author->as_string() == me_text_;
}

bool model_client::names_me(const json::value& ids) const {
    return std::ranges::any_of(ids.as_array(), [&](const json::value& one) { return one.as_string() == me_text_; });
}

void model_client::count(room& in, const json::object& message, std::int64_t messages, std::int64_t mentions) {
    if (is_mine(message)) return;
    if (message.at("seq").to_number<sequence>() <= in.membership.at("last_read").to_number<sequence>()) return;
    in.membership["unread"] = in.membership.at("unread").to_number<std::int64_t>() + messages;
    in.membership["mentions"] = in.membership.at("mentions").to_number<std::int64_t>() + mentions;
}

void model_client::apply(const json::object& event) {
    const auto position_of = event.at("position").to_number<position>();
    if (position_of <= at_) return;
    at_ = position_of;
    const auto type = text_of(event.at("type"));
    const auto& data = event.at("data").as_object();
    if (type == "user.updated") return on_user(data.at("user").as_object());
    if (type == "rights.updated") return start_afresh();
    const auto in = text_of(event.at("conversation"));
    if (type == "conversation.joined") return on_joined(in, data);
    if (type == "conversation.left" || type == "conversation.deleted") {
        rooms_.erase(in);
        return;
    }
    const auto found = rooms_.find(in);
    if (found == rooms_.end()) {
        ADD_FAILURE() << "an event of a conversation that is not mine: " << to_text(event);
        return;
    }
    auto& where = found->second;
    if (type == "conversation.updated")
        where.conversation = data.at("conversation").as_object();
    else if (type == "membership.updated")
        where.membership = data.at("membership").as_object();
    else if (type == "read.updated")
        for (const auto* field : {"last_read", "unread", "mentions"}) where.membership[field] = data.at(field);
    else if (type.starts_with("member."))
        on_member(type, where, data);
    else if (type.starts_with("message."))
        on_message(type, where, event);
    else
        ADD_FAILURE() << "an event that no document names: " << type;
}

void model_client::on_joined(const std::string& in, const json::object& data) {
    auto& made = rooms_[in] = {};
    made.conversation = data.at("conversation").as_object();
    made.membership = data.at("membership").as_object();
    for (const auto& one : data.at("people").as_array()) people_[text_of(one.at("id"))] = one.as_object();
    // What came later arrives as events, also what was said between this event and now.
    load(*conversation_id::parse(in), made, made.conversation.at("last_seq").to_number<sequence>());
}

void model_client::on_user(const json::object& who) {
    const auto id = text_of(who.at("id"));
    if (id == me_text_) self_ = who;
    if (people_.contains(id)) people_[id] = who;
    for (auto& [in, one] : rooms_)
        if (const auto found = one.members.find(id); found != one.members.end()) found->second["user"] = who;
}

void model_client::on_member(const std::string& type, room& in, const json::object& data) {
    if (type == "member.removed") {
        in.members.erase(text_of(data.at("user")));
    } else {
        const auto& entry = data.at("member").as_object();
        const auto id = text_of(entry.at("user").at("id"));
        in.members[id] = entry;
        if (id == me_text_)
            for (const auto* field : {"role", "granted_role"}) in.membership[field] = entry.at(field);
    }
    if (const auto* total = data.if_contains("member_count")) in.conversation["member_count"] = *total;
}

void model_client::on_created(room& in, const json::object& data, const json::value& at) {
    const auto& message = data.at("message").as_object();
    const auto seq = message.at("seq").to_number<sequence>();
    EXPECT_EQ(seq, in.conversation.at("last_seq").to_number<sequence>() + 1) << "a hole, or the same twice";
    in.conversation["last_seq"] = seq;
    in.conversation["last_message_at"] = at;
    in.withheld.erase(text_of(message.at("id")));
    count(in, message, 1, names_me(message.at("mentions")) ? 1 : 0);
}

void model_client::on_message(const std::string& type, room& in, const json::object& event) {
    const auto& data = event.at("data").as_object();
    const auto& message = data.at("message").as_object();
    const auto& id = message.at("id");
    if (type == "message.withdrawn") {
        in.withheld.erase(text_of(id));
        return;
    }
    if (type == "message.held" || type == "message.rejected") {
        if (!is_purged(message)) in.withheld[text_of(id)] = message;
        return;
    }
    const auto seq = message.at("seq").to_number<sequence>();
    if (type == "message.created") {
        on_created(in, data, event.at("at"));
    } else if (type == "message.edited") {
        count(in, message, 0, names_me(data.at("mentions_added")) ? 1 : 0);
        count(in, message, 0, names_me(data.at("mentions_removed")) ? -1 : 0);
    } else if (type == "message.deleted") {
        count(in, message, -1, names_me(data.at("mentions_removed")) ? -1 : 0);
    } else if (type == "message.purged") {
        if (data.at("was_deleted") == false) count(in, message, -1, names_me(message.at("mentions")) ? -1 : 0);
        in.messages.erase(seq);
        refresh_replies(in.messages, id, nullptr);
        refresh_replies(in.withheld, id, nullptr);
    } else {
        ADD_FAILURE() << "an event that no document names: " << type;
    }
    if (!is_purged(message)) {
        in.messages[seq] = message;
        refresh_replies(in.messages, id, &message);
        refresh_replies(in.withheld, id, &message);
    }
    refresh_thread(in.messages, data);
}

json::object model_client::state() const {
    json::object all{{"self", self_}};
    json::object people;
    for (const auto& [id, one] : people_) people[id] = one;
    for (const auto& [id, one] : rooms_) {
        json::object room{{"conversation", one.conversation}, {"membership", one.membership}};
        json::object members;
        for (const auto& [who, entry] : one.members) members[who] = entry;
        json::object messages;
        for (const auto& [seq, message] : one.messages) messages[std::to_string(seq)] = message;
        json::object withheld;
        for (const auto& [which, message] : one.withheld) withheld[which] = message;
        room["members"] = std::move(members);
        room["messages"] = std::move(messages);
        room["withheld"] = std::move(withheld);
        all["conversation " + id] = std::move(room);
        // Known of more people than a snapshot gives: only the other party of a direct conversation must be there.
        for (const auto& with : one.conversation.at("with").as_array())
            if (with.as_string() != me_text_)
                all["person " + text_of(with)] =
                    people.contains(with.as_string()) ? people.at(with.as_string()) : json::value();
    }
    return all;
}

std::string difference(const model_client& followed, house& inn, user_id who) {
    model_client fresh(inn, who);
    fresh.start_afresh();
    std::string out;
    differences(followed.state(), fresh.state(), "", out);
    return out;
}

}  // namespace parley::kernel::testing
