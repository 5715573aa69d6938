// The components of the API documents.
#include "transport/api_schemas.hpp"

#include <array>
#include <string>

namespace parley::transport {
namespace {

const std::string message_properties = R"("properties": {
        "id": "Id", "conversation": "Id", "seq": "Seq?", "from": "Identity", "type": "string", "text": "string",
        "content": "[Node]", "data": "object", "reply_to": "RepliedMessage?", "thread_root": "Id?",
        "thread": "Thread", "state": {"enum": ["published", "held", "rejected"]}, "mentions": "[Id]",
        "created_at": "Moment", "edited_at": "Moment?", "deleted_at": "Moment?",
        "state_reason": {"type": "string", "description": "Why it is held or rejected."},
        "held_by": "[Hold]",
        "author": {"type": "string", "description": "The id of who really wrote it, for those who may know."},
        "client_key": {"type": "string", "description": "The sender's own key."}})";
const std::string message_schema =
    "{" + message_properties + R"(, "optional": ["state_reason", "held_by", "author", "client_key"]})";
// Of what may be left out: see present_text().
const std::string event_message_schema =
    R"({"description": "Over the WebSocket what goes without saying is left out: content where it is the text and )"
    R"(nothing more, thread without replies, state where it is published, and what would be {}, [] or null.", )" +
    message_properties +
    R"(, "optional": ["content", "data", "reply_to", "thread_root", "thread", "state", "mentions", "edited_at",
        "deleted_at", "state_reason", "held_by", "author", "client_key"]})";

const std::array table{
    // Simple values.
    named_schema{"Id", R"({"type": "string", "pattern": "^[1-9][0-9]{0,18}$",
        "description": "An identifier; a text, because JavaScript loses the low digits of such numbers."})"},
    named_schema{"Seq", R"({"type": "integer", "format": "int64", "minimum": 0,
        "description": "A message's number within its conversation: 1, 2, 3 and so on without holes."})"},
    named_schema{"Position", R"({"type": "integer", "format": "int64", "minimum": 0,
        "description": "A position in the tenant's event log: 1, 2, 3 and so on without holes."})"},
    named_schema{"Count", R"({"type": "integer", "format": "int64", "minimum": 0})"},
    named_schema{"Moment", R"({"type": "string", "format": "date-time",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$",
        "description": "UTC with microseconds."})"},
    named_schema{"Any", R"({"title": "Any", "description": "Whatever JSON can be."})"},
    named_schema{"CommandId", R"({"type": "string", "minLength": 1, "maxLength": 64,
        "description": "The client's own id of a command."})"},
    named_schema{"Ignored", R"({"type": "array", "items": "string",
        "description": "Members of the request that nobody here knows."})"},
    named_schema{"Nothing", R"({"properties": {}, "description": "There is nothing to say but that it is done."})"},
    named_schema{"Problem", R"({"description": "Why something was not done, as RFC 9457 has it.", "properties": {
        "type": "string", "title": "string", "status": "integer", "request_id": "string",
        "code": {"type": "string", "description": "A stable word for programs."},
        "detail": {"type": "string", "description": "A sentence for people."},
        "field": {"type": "string", "description": "The member of the request that is at fault."},
        "retry_after": {"type": "integer", "minimum": 1,
            "description": "How many seconds to wait before the same can succeed; over HTTP also in Retry-After."}},
        "optional": ["field", "retry_after"]})"},

    // People.
    named_schema{"Identity", R"({"description": "Who is shown as the one who wrote.", "oneOf": [
        {"properties": {"source": {"const": "user"}, "id": "Id"}},
        {"properties": {"source": {"const": "persona"}, "id": "Id", "name": "string", "avatar": "string"}}]})"},
    named_schema{"User", R"({"properties": {"id": "Id", "username": "string", "display_name": "string",
        "status_text": "string", "status_expires_at": "Moment?", "disabled": "boolean"}})"},
    named_schema{"Self", R"({"description": "One's own account.", "properties": {
        "id": "Id", "username": "string", "display_name": "string", "status_text": "string",
        "status_expires_at": "Moment?", "disabled": "boolean", "role": "string", "permissions": "[string]"}})"},
    named_schema{"UserPage", R"({"properties": {"users": "[User]", "next": "string?"}})"},
    named_schema{"Presence", R"({"properties": {"user": "Id",
        "presence": {"enum": ["online", "away", "busy", "offline"]}, "last_active": "Moment?"}})"},
    named_schema{"PresenceList", R"({"properties": {"presence": "[Presence]"}})"},

    // Sessions.
    named_schema{"SignedIn", R"({"properties": {
        "token": {"type": "string", "description": "Not where it is in a cookie."}, "expires_at": "Moment",
        "csrf_token": {"type": "string",
            "description": "With a cookie only: goes as X-CSRF-Token with every request that changes something."},
        "refresh_token": {"type": "string", "description": "Only where the session can be refreshed; good once."},
        "session": "Id", "ends_at": "Moment",
        "must_enrol": {"type": "boolean",
            "description": "The tenant wants a second factor, and until there is one nothing else can be done."},
        "user": "User"}, "optional": ["token", "refresh_token", "csrf_token"]})"},
    named_schema{"Provider", R"({"properties": {"name": "string", "title": "string"}})"},
    named_schema{"ProviderList", R"({"properties": {"providers": "[Provider]",
        "guests": {"type": "boolean", "description": "Whether somebody without an account may come in as a guest."}}})"},
    named_schema{"TokenKind", R"({"enum": ["password", "personal", "service", "guest", "vouched", "provider"]})"},
    named_schema{"Token", R"({"properties": {"id": "Id", "kind": "TokenKind", "name": "string",
        "permissions": "string?", "user_agent": "string", "address": "string", "created_at": "Moment",
        "used_at": "Moment?", "expires_at": "Moment"}})"},
    named_schema{"NewToken", R"({"properties": {"id": "Id", "kind": "TokenKind", "name": "string",
        "permissions": "string?", "user_agent": "string", "address": "string", "created_at": "Moment",
        "used_at": "Moment?", "expires_at": "Moment",
        "token": {"type": "string", "description": "Shown this once."}}})"},
    named_schema{"TokenList", R"({"properties": {"tokens": "[Token]"}})"},
    named_schema{"Session", R"({"properties": {"id": "Id", "kind": "TokenKind", "name": "string",
        "permissions": "string?", "user_agent": "string", "address": "string", "created_at": "Moment",
        "used_at": "Moment?", "expires_at": "Moment", "current": "boolean"}})"},
    named_schema{"SessionList", R"({"properties": {"sessions": "[Session]"}})"},
    named_schema{"Ended", R"({"properties": {"ended": "Count"}})"},
    named_schema{"ResetLink", R"({"properties": {"expires_at": "Moment",
        "token": {"type": "string", "description": "Shown this once; good once."}}})"},
    named_schema{"TotpSecret", R"({"properties": {
        "secret": {"type": "string", "description": "Base32, to be typed into an app."},
        "uri": {"type": "string", "description": "otpauth://, to be shown as a picture."}}})"},
    named_schema{"RecoveryCodes", R"({"properties": {"recovery_codes": "[string]"},
        "description": "Each good once in place of a code of the app; shown this once."})"},
    named_schema{"Account", R"({"description": "An account as those see it who manage accounts.", "properties": {
        "id": "Id", "username": "string", "display_name": "string", "status_text": "string",
        "status_expires_at": "Moment?", "disabled": "boolean", "role": "string",
        "kind": {"enum": ["person", "bot", "guest"]}}})"},
    named_schema{"AccountPage", R"({"properties": {"accounts": "[Account]", "next": "string?"}})"},
    named_schema{"AuditEntry", R"({"description": "Something that was done, or was refused.", "properties": {
        "id": "Id", "at": "Moment", "action": "string", "actor": "Id?", "session": "Id?",
        "subject": "AuditSubject?", "address": "string", "request_id": "string", "details": "object"}})"},
    named_schema{"AuditSubject", R"({"description": "What it was done to.",
        "properties": {"kind": "string", "id": "Id"}})"},
    named_schema{"AuditPage", R"({"properties": {"entries": "[AuditEntry]", "next": "Id?"}})"},

    // Conversations and their members.
    named_schema{"Conversation", R"({"properties": {
        "id": "Id", "kind": "string", "model": "string?", "team": "string?", "name": "string",
        "description": "string", "topic": "string", "visibility": {"enum": ["public", "unlisted", "private"]},
        "creator": "Id?", "last_seq": "Seq", "member_count": "Count", "created_at": "Moment",
        "updated_at": "Moment", "last_message_at": "Moment?", "archived_at": "Moment?", "view_hints": "object",
        "with": {"type": "array", "items": "Id", "description": "The two people of a direct conversation."}}})"},
    named_schema{"Membership", R"({"description": "One's own view of a conversation.", "properties": {
        "role": "Role", "joined_at": "Moment", "last_read": "Seq",
        "notify": {"enum": ["all", "mentions", "none"]}, "pinned_at": "Moment?", "unread": "Count",
        "mentions": "Count", "granted_role": "GrantedRole"}})"},
    named_schema{"GrantedRole", R"({"type": ["string", "null"],
        "description": "A role's name, held in this conversation besides the account's own."})"},
    named_schema{"Role", R"({"enum": ["member", "admin", "owner"]})"},
    named_schema{"Member", R"({"properties": {"user": "User", "role": "Role", "granted_role": "GrantedRole",
        "joined_at": "Moment"}})"},
    named_schema{"MemberPage", R"({"properties": {"members": "[Member]", "next": "Id?"}})"},
    named_schema{"Ban", R"({"properties": {"user": "User", "by": "Id?", "reason": "string", "created_at": "Moment",
        "until": "Moment?"}})"},
    named_schema{"BanPage", R"({"properties": {"bans": "[Ban]", "next": "Id?"}})"},
    named_schema{"ConversationEntry", R"({"properties": {"conversation": "Conversation",
        "membership": "Membership?"}})"},
    named_schema{"ConversationList", R"({"properties": {"conversations": "[ConversationEntry]"}})"},
    named_schema{"ConversationPage", R"({"properties": {"conversations": "[ConversationEntry]",
        "next": "string?"}})"},

    // Messages.
    named_schema{"Node", R"({"description": "A piece of a formatted text.", "oneOf": [
        {"properties": {"type": {"enum": ["text", "code"]}, "text": "string"}},
        {"properties": {"type": {"enum": ["bold", "italic", "quote"]}, "children": "[Node]"}},
        {"properties": {"type": {"const": "code_block"}, "language": "string", "text": "string"}},
        {"properties": {"type": {"const": "link"}, "url": "string", "children": "[Node]"}},
        {"properties": {"type": {"const": "mention"}, "username": "string", "text": "string"}},
        {"properties": {"type": {"const": "channel"}, "name": "string", "text": "string"}},
        {"properties": {"type": {"const": "break"}}}]})"},
    named_schema{"Thread", R"({"description": "What is said in answer to a message.", "properties": {
        "replies": "Count", "last_reply_at": "Moment?", "participants": "[Identity]"}})"},
    named_schema{"ThreadOf", R"({"description": "The thread that an event changed, as it is now.", "properties": {
        "root": "Id", "replies": "Count", "last_reply_at": "Moment?", "participants": "[Identity]"}})"},
    named_schema{"RepliedMessage", R"({"properties": {"id": "Id", "seq": "Seq", "from": "Identity",
        "text": "string", "deleted": "boolean"}})"},
    named_schema{"Hold", R"({"description": "Who holds a message that waits for a verdict, and why.",
        "properties": {"holder": "string", "reason": "string"}})"},
    named_schema{"Message", message_schema},
    named_schema{"EventMessage", event_message_schema},
    named_schema{"GoneMessage", R"({"description": "What is left to say of a message that is gone for good.",
        "properties": {"id": "Id", "conversation": "Id", "seq": "Seq", "from": "Identity", "mentions": "[Id]",
        "author": {"type": "string", "description": "The id of who really wrote it, for those who may know."},
        "purged": {"const": true}}, "optional": ["author"]})"},
    named_schema{"MessagePage", R"({"properties": {"messages": "[Message]", "last_seq": "Seq",
        "more_before": "boolean", "more_after": "boolean"}})"},
    named_schema{"Revision", R"({"properties": {"number": "Count", "text": "string", "content": "[Node]",
        "data": "object", "replaced_at": "Moment"}})"},
    named_schema{"RevisionList", R"({"properties": {"revisions": "[Revision]"}})"},

    // Snapshot and log.
    named_schema{"Snapshot", R"({"properties": {"position": "Position", "self": "Self",
        "conversations": "[ConversationEntry]", "people": "[User]", "presence": "[Presence]",
        "limits": "Limits"}})"},
    named_schema{"EventPage", R"({"properties": {"events": "[Event]", "upto": "Position", "log_end": "Position",
        "more": "boolean"}})"},
    named_schema{"AwaitedEvents", R"({"properties": {"events": "[Event]", "upto": "Position", "log_end": "Position",
        "more": "boolean", "passing": {"type": "array", "items": {"type": "object"},
            "description": "What was said meanwhile and is in no log, as over a WebSocket: presence, typing, draining."},
        "heard": {"type": "integer", "minimum": 0, "description": "Of `passing`; for the next request."}}})"},
    named_schema{"Limits", R"({"properties": {"max_graphemes": "Count", "max_bytes": "Count",
        "edit_window_seconds": "EditWindow", "data_bytes": "Count", "page_entries": "Count", "max_members": "Count",
        "name_graphemes": "Count", "topic_graphemes": "Count", "description_graphemes": "Count",
        "typing_seconds": "Count", "models": {"type": "object", "additionalProperties": "Model"}}})"},
    named_schema{"EditWindow", R"({"type": "integer", "minimum": -1,
        "description": "In seconds after sending; 0: a message is never edited, -1: always."})"},
    named_schema{"Model", R"({"properties": {"display_name": "string", "description": "string",
        "max_graphemes": "Count", "max_bytes": "Count", "edit_window_seconds": "EditWindow"}})"},

    // The server itself.
    named_schema{"Tenant", R"({"properties": {"name": "string", "display_name": "string",
        "description": "string"}})"},
    named_schema{"ServerInfo", R"({"properties": {"name": "string", "version": "string", "tenant": "Tenant?"}})"},
    named_schema{"ServerState", R"({"description": "How the server does, as far as it concerns this tenant.",
        "properties": {"version": "string", "people": "Count", "connections": "Count",
        "configuration": {"properties": {"generation": "Count", "loaded_at": "Moment",
            "last_reload": {"enum": ["none", "applied", "refused"]}}}}})"},
    named_schema{"Setting", R"({"properties": {"name": "string", "sentence": "string",
        "level": {"enum": ["tenant", "model"], "description": "The lowest level at which it can be set."},
        "rules": {"type": "object", "description": "What a value has to be, as JSON Schema."},
        "expects": {"type": "string", "description": "The same in words."}, "default": "Any", "value": "Any",
        "secret": {"type": "boolean", "description": "Its value is never shown; `value` says whether there is one."},
        "masked": {"type": "boolean", "description": "Secrets in `value` are left out: it cannot be written as it is."},
        "live": {"type": "boolean", "description": "A new value takes effect without a restart."},
        "source": {"enum": ["default", "server", "tenant", "model", "form"], "description": "Who said so."},
        "place": {"type": "string", "description": "File and line; empty where no file says it."},
        "writable": {"type": "boolean", "description": "settings.change sets it, where it sets anything."},
        "in_form": {"type": "boolean", "description": "It was set so for exactly this tenant or model."}}})"},
    named_schema{"SettingsForms", R"({"description": "Whether settings.change works here, and with what.",
        "properties": {"writable": "boolean",
            "why_not": {"type": "string", "description": "A sentence, where it does not."},
            "file": {"type": "string", "description": "Where the server writes what is set."},
            "revision": {"type": "string", "description": "Of what is set so far."}}})"},
    named_schema{"SettingsChange", R"({"properties": {
        "changes": {"type": "array", "items": {"properties": {"setting": "string", "model": "string?",
            "from": "string", "to": "string"}}, "description": "What holds otherwise now."},
        "plugins": {"type": "array", "items": {"properties": {"plugin": "string", "model": "string?", "on": "boolean"}},
            "description": "Those that are switched by it."},
        "applied": "boolean", "generation": "Count", "revision": "string"}})"},
    named_schema{"SettingsSection", R"({"properties": {"name": "string", "sentence": "string",
        "plugin": {"type": "boolean", "description": "It is a plugin's."},
        "on": {"type": "boolean", "description": "Of a plugin: whether it is on here."},
        "settings": "[Setting]"}})"},
    named_schema{"SettingsPage", R"({"properties": {"tenant": "string", "model": "string?",
        "models": {"type": "array", "items": "string", "description": "Those with settings of their own."},
        "file": {"type": "string", "description": "Where the operator writes what holds here."},
        "forms": "SettingsForms", "sections": "[SettingsSection]"}})"},
    named_schema{"PluginPart", R"({"description": "A hook, command, service or job, and how its calls go.",
        "properties": {"name": "string", "paused": {"type": "boolean",
            "description": "It failed again and again and is not asked for a while."},
        "calls": "Count", "failures": "Count"}})"},
    named_schema{"PluginEntry", R"({"properties": {"id": "string", "title": "string", "sentence": "string",
        "version": "string", "licence": "string", "isolation": {"enum": ["in_process", "process"]},
        "on": {"type": "boolean", "description": "On in this tenant, or in the model."},
        "inherited": {"type": ["boolean", "null"],
            "description": "Of a model: whether it is on in the tenant; null of the tenant itself."},
        "models": {"type": "array", "items": {"properties": {"name": "string", "on": "boolean"}},
            "description": "Models where that is different."},
        "why_off": {"type": "string", "description": "Empty where it is on."},
        "writable": {"type": "boolean", "description": "settings.change switches it, where it switches anything."},
        "in_form": {"type": ["boolean", "null"], "description": "How it was switched so; null: it was not."},
        "trouble": {"type": "array", "items": "string"}, "restarts": "Count", "parts": "[PluginPart]"}})"},
    named_schema{"PluginList", R"({"properties": {"model": "string?", "models": "[string]",
        "plugins": "[PluginEntry]", "forms": "SettingsForms"}})"},
    named_schema{"Party", R"({"enum": ["nobody", "members", "admins"]})"},
    named_schema{"Kind", R"({"properties": {"name": "string", "sentence": "string", "made_with": "string?",
        "managed_with": "string", "writes": "Party", "adds_members": "Party", "leaves": "Party",
        "removes_messages": "Party", "least_members": "Count", "most_members": "Count?", "named": "boolean",
        "listed": "boolean", "one_per_party": "boolean", "view_hints": "object"}})"},
    named_schema{"KindList", R"({"properties": {"kinds": "[Kind]"}})"},
    named_schema{"Permission", R"({"properties": {"name": "string", "sentence": "string"}})"},
    named_schema{"RoleInfo", R"({"properties": {"name": "string", "sentence": "string",
        "permissions": "[string]"}})"},
    named_schema{"RoleEntry", R"({"properties": {"name": "string", "sentence": "string", "permissions": "[string]",
        "unknown_permissions": {"type": "array", "items": "string",
            "description": "Names that nobody declares now, as of a plugin that is off; they grant nothing."},
        "fixed": {"type": "boolean", "description": "Comes with Parley and cannot be changed."}}})"},
    named_schema{"RoleList", R"({"properties": {"roles": "[RoleEntry]"}})"},
    named_schema{"PermissionList", R"({"properties": {"permissions": "[Permission]", "roles": "[RoleInfo]"}})"},
};

}  // namespace

std::span<const named_schema> api_schemas() { return table; }

}  // namespace parley::transport
