// Resumable uploads: creation, pieces, what goes wrong between them, and their end.
#include "tus_text.hpp"

#include "house_test.hpp"

namespace {

using namespace attachments::testing;
using attachments::decode_base64;
using attachments::read_metadata;

TEST(tus_text, base64_is_strict) {
    EXPECT_EQ(decode_base64("aGVsbG8="), "hello");
    EXPECT_EQ(decode_base64(""), "");
    EXPECT_EQ(decode_base64("AA=="), std::string(1, '\0'));
    for (const char* wrong : {"a", "aGVsbG8", "aGVs bG8=", "====", "AB==", "a-b_"})
        EXPECT_FALSE(decode_base64(wrong)) << wrong;
}

TEST(tus_text, metadata_is_names_and_values) {
    const auto all = read_metadata("filename YS50eHQ=,is_secret, version_of MTI=");
    ASSERT_TRUE(all);
    EXPECT_EQ(all->at("filename"), "a.txt");
    EXPECT_EQ(all->at("is_secret"), "");
    EXPECT_EQ(all->at("version_of"), "12");
    EXPECT_FALSE(read_metadata("a YQ==,a YQ=="));
    EXPECT_FALSE(read_metadata("a !"));
    EXPECT_TRUE(read_metadata("")->empty());
}

struct tus : house_test {
    static constexpr const char* piece = "application/offset+octet-stream";

    answer creates(std::int64_t length, const std::string& bytes = {}, std::int64_t user = 7) {
        const json::object in{{"conversation", "11"},
                              {"tus_resumable", "1.0.0"},
                              {"upload_length", length},
                              {"upload_metadata", "filename YS50eHQ="}};
        if (!bytes.empty())
            return host.upload("upload.create", in, {{.name = {}, .bytes = bytes, .type = piece}}, {.user = user});
        auto begun = host.begin_transfer("upload.create", in, {.user = user}, 0);
        if (!begun.ok()) return begun;
        parley::sdk::received what;
        what.complete = true;
        what.kept = begun.json.at("admit").at("kept").as_object();
        return host.end_transfer("upload.create", in, what, {.user = user});
    }
    static std::string id_of(const answer& created) {
        const auto place = header(created, "Location");
        return place.substr(place.rfind('/') + 1);
    }
    json::object at(const std::string& upload, std::optional<std::int64_t> offset = {}) {
        json::object in{{"conversation", "11"}, {"upload", upload}, {"tus_resumable", "1.0.0"}};
        if (offset) in["upload_offset"] = *offset;
        return in;
    }
    answer sends(const std::string& upload, std::int64_t offset, const std::string& bytes, std::int64_t user = 7) {
        return host.upload("upload.append", at(upload, offset), {{.name = {}, .bytes = bytes, .type = piece}},
                           {.user = user});
    }
    answer asks(const std::string& upload, std::int64_t user = 7) {
        return host.begin_transfer("upload.state", at(upload), {.user = user});
    }
};

TEST_F(tus, pieces_become_a_file_that_is_called_like_the_upload) {
    const auto made = creates(10);
    ASSERT_TRUE(made.ok()) << made.code << made.sentence;
    EXPECT_EQ(made.json.at("reply").at("status"), 201);
    const auto upload = id_of(made);
    EXPECT_EQ(header(made, "Upload-Offset"), "0");
    EXPECT_TRUE(header(made, "Upload-Expires").ends_with(" GMT"));
    EXPECT_EQ(ledger(), "0 0 10 1");
    const auto first = sends(upload, 0, "hello");
    EXPECT_EQ(header(first, "Upload-Offset"), "5");
    EXPECT_EQ(header(asks(upload), "Upload-Offset"), "5");
    EXPECT_EQ(header(asks(upload), "Cache-Control"), "no-store");
    const auto last = sends(upload, 5, "world");
    EXPECT_EQ(last.json.at("reply").at("status"), 204);
    EXPECT_EQ(header(last, "Upload-Offset"), "10");
    EXPECT_EQ(header(last, "X-Parley-File"), upload);
    const auto file = host.call("file.get", {{"file", upload}});
    EXPECT_EQ(file.json.at("state"), "ready");
    EXPECT_EQ(file.json.at("name"), "a.txt");
    EXPECT_EQ(ledger(), "10 1 0 0");
    EXPECT_EQ(on_disk(), 1u);
    EXPECT_EQ(header(asks(upload), "X-Parley-File"), upload);  // the last answer may have been lost
}

TEST_F(tus, all_of_it_may_come_with_the_creation) {
    const auto made = creates(5, "hello");
    EXPECT_EQ(header(made, "Upload-Offset"), "5");
    EXPECT_EQ(header(made, "X-Parley-File"), id_of(made));
    const auto part = creates(10, "hello");
    EXPECT_EQ(header(part, "Upload-Offset"), "5");
    EXPECT_EQ(header(part, "X-Parley-File"), "");
    const auto empty = creates(0);
    EXPECT_EQ(header(empty, "X-Parley-File"), id_of(empty));
}

TEST_F(tus, pieces_go_where_the_upload_is_and_nowhere_else) {
    const auto upload = id_of(creates(10));
    EXPECT_EQ(sends(upload, 3, "hello").code, "offset_wrong");
    ASSERT_TRUE(sends(upload, 0, "hello").ok());
    EXPECT_EQ(sends(upload, 0, "HELLO").code, "offset_wrong");
    EXPECT_EQ(sends(upload, 5, "much too long").status, PARLEY_TOO_LARGE);
    EXPECT_EQ(header(asks(upload), "Upload-Offset"), "5");
}

TEST_F(tus, two_do_not_write_at_once) {
    const auto upload = id_of(creates(10));
    const auto begun = host.begin_transfer("upload.append", at(upload, 0), {}, 5, piece);
    ASSERT_TRUE(begun.ok());
    EXPECT_EQ(status(host.begin_transfer("upload.append", at(upload, 0), {}, 5, piece)), 423);
    EXPECT_EQ(status(host.begin_transfer("upload.cancel", at(upload))), 423);
    write("incoming/" + upload, "hel");
    parley::sdk::received broken;
    broken.kept = begun.json.at("admit").at("kept").as_object();
    EXPECT_EQ(header(host.end_transfer("upload.append", at(upload, 0), broken), "Upload-Offset"), "3");
    EXPECT_TRUE(sends(upload, 3, "lo").ok());
}

TEST_F(tus, anothers_upload_is_unknown) {
    const auto upload = id_of(creates(10));
    EXPECT_EQ(asks(upload, 8).code, "upload_unknown");
    EXPECT_EQ(sends(upload, 0, "hello", 8).code, "upload_unknown");
    EXPECT_EQ(host.begin_transfer("upload.cancel", at(upload), {.user = 8}).code, "upload_unknown");
    auto elsewhere = at(upload);
    elsewhere["conversation"] = "12";
    EXPECT_EQ(host.begin_transfer("upload.state", elsewhere).code, "upload_unknown");
    EXPECT_EQ(host.begin_transfer("upload.state", at(upload), {.tenant = 2}).code, "upload_unknown");
}

TEST_F(tus, it_can_be_ended_and_expires) {
    const auto first = id_of(creates(10));
    ASSERT_TRUE(sends(first, 0, "hello").ok());
    EXPECT_EQ(host.begin_transfer("upload.cancel", at(first)).json.at("reply").at("status"), 204);
    EXPECT_EQ(asks(first).code, "upload_unknown");
    EXPECT_EQ(on_disk(), 0u);
    EXPECT_EQ(ledger(), "0 0 0 0");
    const auto second = id_of(creates(10));
    ASSERT_TRUE(sends(second, 0, "hello").ok());
    host.advance(std::chrono::hours(25));
    EXPECT_EQ(asks(second).code, "upload_unknown");
    ASSERT_TRUE(host.run("sweep").ok());
    EXPECT_EQ(on_disk(), 0u);
    EXPECT_EQ(ledger(), "0 0 0 0");
}

TEST_F(tus, limits_are_those_of_every_upload) {
    host.set({{"max_file_size", 100}, {"user_quota", 150}});
    EXPECT_EQ(creates(101).code, "file_too_large");
    EXPECT_TRUE(creates(100).ok());
    EXPECT_EQ(creates(60).code, "quota_exceeded");
    EXPECT_TRUE(creates(50).ok());
}

TEST_F(tus, what_it_turns_out_to_be_is_judged_at_its_end) {
    host.set({{"allowed_types", {"image/*"}}});
    const auto upload = id_of(creates(5));
    EXPECT_EQ(sends(upload, 0, "hello").code, "type_refused");
    EXPECT_EQ(on_disk(), 0u);
    EXPECT_EQ(ledger(), "0 0 0 0");
    EXPECT_EQ(asks(upload).code, "upload_unknown");
}

TEST_F(tus, says_what_it_speaks) {
    host.set({{"max_file_size", 12345}});
    const auto said = host.begin_transfer("upload.options", {{"conversation", "11"}});
    EXPECT_EQ(status(said), 204);
    EXPECT_EQ(header(said, "Tus-Version"), "1.0.0");
    EXPECT_EQ(header(said, "Tus-Extension"), "creation,creation-with-upload,expiration,termination");
    EXPECT_EQ(header(said, "Tus-Max-Size"), "12345");
}

TEST_F(tus, other_versions_and_bodies_are_refused) {
    json::object in{{"conversation", "11"}, {"upload_length", 5}};
    EXPECT_EQ(status(host.begin_transfer("upload.create", in, {}, 0)), 412);
    in["tus_resumable"] = "0.2.2";
    const auto other = host.begin_transfer("upload.create", in, {}, 0);
    EXPECT_EQ(status(other), 412);
    EXPECT_EQ(header(other, "Tus-Version"), "1.0.0");
    in["tus_resumable"] = "1.0.0";
    EXPECT_EQ(host.begin_transfer("upload.create", in, {}, 5, "text/plain").code, "content_type");
    in.erase("upload_length");
    EXPECT_EQ(host.begin_transfer("upload.create", in, {}, 0).code, "length_needed");
    const auto upload = id_of(creates(5));
    EXPECT_EQ(host.begin_transfer("upload.append", at(upload, 0), {}, 5, "text/plain").code, "content_type");
    EXPECT_EQ(host.begin_transfer("upload.append", at(upload), {}, 5, piece).code, "offset_needed");
}

TEST_F(tus, whole_but_not_finished_before_a_crash_is_finished_when_it_is_asked_for) {
    const auto upload = id_of(creates(5));
    write("incoming/" + upload, "hello");
    EXPECT_EQ(header(asks(upload), "X-Parley-File"), upload);
    EXPECT_EQ(host.call("file.get", {{"file", upload}}).json.at("state"), "ready");
}

}  // namespace
