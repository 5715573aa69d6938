// What comes over the WebSocket: the payload of each event, and the frames that are no events.
#include <array>

#include "transport/api_schemas.hpp"

namespace parley::transport {
namespace {

constexpr std::array events{
    named_schema{"conversation.joined", R"({"properties": {"conversation": "Conversation",
        "membership": "Membership", "people": "[User]"}})"},
    named_schema{"conversation.left",
                 R"({"properties": {"reason": {"enum": ["left", "removed", "banned", "deleted"]}}})"},
    named_schema{"conversation.updated", R"({"properties": {"conversation": "Conversation"}})"},
    named_schema{"conversation.deleted", R"({"properties": {}})"},
    named_schema{"member.added", R"({"properties": {"member": "Member", "member_count": "Count"}})"},
    named_schema{"member.updated", R"({"properties": {"member": "Member"}})"},
    named_schema{"member.removed", R"({"properties": {"user": "Id", "reason": {"enum": ["left", "removed", "banned"]},
        "member_count": "Count"}})"},
    named_schema{"message.created", R"({"properties": {"message": {"oneOf": ["EventMessage", "GoneMessage"]},
        "thread": "ThreadOf"}, "optional": ["thread"]})"},
    named_schema{"message.edited", R"({"properties": {"message": {"oneOf": ["EventMessage", "GoneMessage"]},
        "mentions_added": "[Id]", "mentions_removed": "[Id]"}})"},
    named_schema{"message.deleted", R"({"properties": {"message": {"oneOf": ["EventMessage", "GoneMessage"]},
        "mentions_removed": "[Id]",
        "thread": "ThreadOf"}, "optional": ["thread"]})"},
    named_schema{"message.purged", R"({"properties": {"message": "GoneMessage", "was_deleted": "boolean",
        "thread": "ThreadOf"}, "optional": ["thread"]})"},
    named_schema{"message.held", R"({"properties": {"message": {"oneOf": ["EventMessage", "GoneMessage"]}}})"},
    named_schema{"message.rejected", R"({"properties": {"message": {"oneOf": ["EventMessage", "GoneMessage"]}}})"},
    named_schema{"message.withdrawn", R"({"properties": {"message": "GoneMessage"}})"},
    named_schema{"read.updated", R"({"properties": {"last_read": "Seq", "unread": "Count", "mentions": "Count"}})"},
    named_schema{"membership.updated", R"({"properties": {"membership": "Membership"}})"},
    named_schema{"rights.updated", R"({"properties": {"role": {"type": ["string", "null"],
        "description": "The account's, or, of a conversation, the one that is granted there; null: none is any more."},
        "permissions": {"type": "array", "items": "string",
            "description": "What the role grants; the scope of a token may narrow it."}}})"},
    named_schema{"session.ended", R"({"properties": {"session": "Id", "reason": {"enum": ["signed_out",
        "password_changed", "disabled", "refresh_reused", "expired"]}}})"},
    named_schema{"user.updated", R"({"properties": {"user": "User"}})"},
};

constexpr std::array frames{
    named_schema{"hello", R"({"description": "The first frame once the server knows who is there.", "properties": {
        "type": {"const": "hello"}, "data": {"properties": {"user": "Self", "position": "Position",
            "limits": "Limits", "max_frame_bytes": "Count", "version": "string"}}}})"},
    named_schema{"problem",
                 R"({"description": "Why a command was not done; the id is null for one that cannot be read.",
        "properties": {"type": {"const": "problem"}, "id": "CommandId?", "problem": "Problem", "ignored": "Ignored"},
        "optional": ["ignored"]})"},
    named_schema{"resumed", R"({"description": "Everything up to this position has been sent; what follows is new.",
        "properties": {"type": {"const": "resumed"}, "data": {"properties": {"position": "Position"}}}})"},
    named_schema{"snapshot_needed", R"({"description": "The log does not reach back that far; take a snapshot.",
        "properties": {"type": {"const": "snapshot_needed"}, "data": {"properties": {}}}})"},
    named_schema{
        "presence.changed",
        R"({"description": "A contact looks different. Not sent where hundreds are connected: ask presence.get.",
        "properties": {"type": {"const": "presence.changed"}, "data": "Presence"}})"},
    named_schema{"typing.started", R"({"description": "A member is writing.", "properties": {
        "type": {"const": "typing.started"}, "conversation": "Id", "data": {"properties": {"user": "Id"}}}})"},
    named_schema{"typing.stopped", R"({"description": "A member is not writing any more.", "properties": {
        "type": {"const": "typing.stopped"}, "conversation": "Id", "data": {"properties": {"user": "Id"}}}})"},
    named_schema{"server.draining", R"({"description": "The server is about to close; connect again and resume.",
        "properties": {"type": {"const": "server.draining"},
        "data": {"properties": {"reconnect_in_ms": "Count"}}}})"},
};

}  // namespace

std::span<const named_schema> event_data_schemas() { return events; }
std::span<const named_schema> frame_schemas() { return frames; }

}  // namespace parley::transport
