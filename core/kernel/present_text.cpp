// The members stand in the order in which present() has them; a test compares the two.
#include "kernel/present_text.hpp"

#include "base/json_text.hpp"
#include "model/rich_text.hpp"

namespace parley::kernel {
namespace {

enum class shape : std::uint8_t { whole = 1, brief };

void write(json_text& to, const shown_identity& who) {
    const bool is_account = who.from == shown_identity::source::account;
    to.begin_object().key("source").text(is_account ? "user" : "persona").key("id").id(who.id);
    if (!is_account) to.key("name").text(who.name).key("avatar").text(who.avatar);
    to.end_object();
}

void write_moment(json_text& to, std::string_view name, const std::optional<moment>& at, shape as) {
    if (at)
        to.key(name).text(rfc3339(*at));
    else if (as == shape::whole)
        to.key(name).null();
}

bool is_all_of(const rich_text& content, std::string_view text) {
    if (content.nodes.empty()) return text.empty();
    return content.nodes.size() == 1 && content.nodes.front().kind == node::kind_of::text &&
           content.nodes.front().text == text;
}

void write_content(json_text& to, const std::string& text, shape as) {
    if (!is_surely_plain(text))
        if (const auto content = parse_rich_text(text); !is_all_of(content, text)) {
            to.key("content").value(to_json(content));
            return;
        }
    if (as == shape::brief) return;
    to.key("content").begin_array();
    if (!text.empty()) to.begin_object().key("type").text("text").key("text").text(text).end_object();
    to.end_array();
}

void write_thread(json_text& to, const message& what, shape as) {
    if (as == shape::whole || what.thread_root) {
        to.key("thread_root");
        what.thread_root ? to.id(what.thread_root.value) : to.null();
    }
    if (as == shape::whole || what.thread != thread_summary{}) to.key("thread").value(present(what.thread));
}

/// Without its end, and with `mentions` as they are given: in an event they are those of its time.
void begin_message(json_text& to, const message_view& view, viewer reader, shape as,
                   const boost::json::value& mentions) {
    const auto& what = *view.body;
    to.begin_object().key("id").id(what.id.value).key("conversation").id(what.conversation.value).key("seq");
    what.seq == 0 ? to.null() : to.number(what.seq);
    to.key("from");
    write(to, what.shown);
    to.key("type").text(what.type).key("text").text(what.text);
    write_content(to, what.text, as);
    if (as == shape::whole || !what.data.empty()) to.key("data").value(what.data);
    if (view.replied != nullptr)
        to.key("reply_to").value(present_replied(*view.replied));
    else if (as == shape::whole)
        to.key("reply_to").null();
    write_thread(to, what, as);
    if (as == shape::whole || what.state != message_state::published) to.key("state").text(name_of(what.state));
    if (as == shape::whole || !mentions.get_array().empty()) to.key("mentions").value(mentions);
    to.key("created_at").text(rfc3339(what.created_at));
    write_moment(to, "edited_at", what.edited_at, as);
    write_moment(to, "deleted_at", what.deleted_at, as);
    if (what.state != message_state::published) to.key("state_reason").text(what.state_reason);
    if (what.state == message_state::held) to.key("held_by").value(present(what.holds));
    if (!knows_author(what, reader)) return;
    to.key("author").id(what.author.value);
    if (!what.client_key.empty()) to.key("client_key").text(what.client_key);
}

}  // namespace

std::string present_text(const message_view& view, viewer reader) {
    json_text out;
    begin_message(out, view, reader, shape::whole, ids(view.body->mentions));
    return out.end_object().take();
}

std::string present_text(const event& what, viewer reader) {
    const auto* facts = what.data.if_contains("facts");
    json_text out;
    if (facts == nullptr || what.view.body == nullptr) return out.value(present(what, reader)).take();
    out.begin_object().key("type").text(what.type).key("position").number(what.at).key("conversation");
    what.conversation ? out.id(what.conversation.value) : out.null();
    out.key("at").text(rfc3339(what.created_at)).key("data").begin_object();
    for (const auto& [name, value] : what.data)
        if (name != "facts") out.key({name.data(), name.size()}).value(value);
    out.key("message");
    begin_message(out, what.view, reader, shape::brief, facts->get_object().at("mentions"));
    return out.end_object().end_object().end_object().take();
}

}  // namespace parley::kernel
