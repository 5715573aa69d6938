// Pictures, documents and videos, made by the very libraries that read them.
#pragma once

#include <cairo-pdf.h>
#include <vips/vips.h>
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include "files_test.hpp"

namespace gallery::testing {

/// A picture of so many pixels, red on the left and blue on the right, in the format that the name ends with.
inline fs::path draw(const folder& in, const std::string& name, int width, int height, bool is_clear = false) {
    (void)vips_init("gallery_test");
    const int bands = is_clear ? 4 : 3;
    std::string rows(
        static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * static_cast<std::size_t>(bands), '\0');
    for (std::size_t i = 0; i < rows.size(); i += static_cast<std::size_t>(bands)) {
        const bool is_left = static_cast<int>(i / static_cast<std::size_t>(bands)) % width < width / 2;
        rows[i + (is_left ? 0 : 2)] = static_cast<char>(0xff);
        if (is_clear) rows[i + 3] = static_cast<char>(is_left ? 0x80 : 0xff);
    }
    auto* raw = vips_image_new_from_memory(rows.data(), rows.size(), width, height, bands, VIPS_FORMAT_UCHAR);
    VipsImage* seen = nullptr;
    EXPECT_EQ(vips_copy(raw, &seen, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr), 0);
    const auto path = in.at() / name;
    EXPECT_EQ(vips_image_write_to_file(seen, path.c_str(), nullptr), 0) << vips_error_buffer();
    g_object_unref(seen);
    g_object_unref(raw);
    return path;
}

/// A JPEG with exif() in it.
inline fs::path photograph(const folder& in, const std::string& name, int width, int height, int orientation = 6) {
    const auto plain = content_of(draw(in, "plain.jpg", width, height));
    return in.write(name,
                    "\xff\xd8" + jpeg_segment(0xe1, std::string("Exif\0\0", 6) + exif(orientation)) + plain.substr(2));
}

struct looks {
    int width = 0;
    int height = 0;
    std::string left;  ///< the first pixel, and the one at the other end of the first row
    std::string right;
    std::string bottom;
    std::vector<std::string> fields;
};
inline looks look_at(const fs::path& path) {
    auto* lazy = vips_image_new_from_file(path.c_str(), nullptr);
    EXPECT_NE(lazy, nullptr) << path << vips_error_buffer();
    if (lazy == nullptr) return {};
    auto* is = vips_image_copy_memory(lazy);
    const auto colour = [&](int x, int y) {
        double* of = nullptr;
        int bands = 0;
        if (vips_getpoint(is, &of, &bands, x, y, nullptr) != 0) return std::string("none");
        std::string made = of[0] > 150 && of[2] < 100   ? "red"
                           : of[2] > 150 && of[0] < 100 ? "blue"
                           : of[0] > 200 && of[2] > 200 ? "white"
                                                        : "other";
        g_free(of);
        return made;
    };
    looks made{.width = vips_image_get_width(is), .height = vips_image_get_height(is)};
    made.left = colour(2, 2);
    made.right = colour(made.width - 3, 2);
    made.bottom = colour(2, made.height - 3);
    auto** fields = vips_image_get_fields(is);
    for (auto** one = fields; one != nullptr && *one != nullptr; ++one) made.fields.emplace_back(*one);
    g_strfreev(fields);
    g_object_unref(is);
    g_object_unref(lazy);
    return made;
}

/// So many pages, the first one half red.
inline fs::path print(const folder& in, const std::string& name, double width, double height, int pages = 3) {
    const auto path = in.at() / name;
    auto* surface = cairo_pdf_surface_create(path.c_str(), width, height);
    auto* on = cairo_create(surface);
    for (int i = 0; i < pages; ++i) {
        if (i == 0) {
            cairo_set_source_rgb(on, 1, 0, 0);
            cairo_rectangle(on, 0, 0, width / 2, height);
            cairo_fill(on);
        }
        cairo_show_page(on);
    }
    cairo_destroy(on);
    cairo_surface_destroy(surface);
    return path;
}

/// A second of one colour.
inline fs::path film(const folder& in, const std::string& name, int width, int height, const char* format = "mp4") {
    const auto path = in.at() / name;
    AVFormatContext* to = nullptr;
    EXPECT_GE(avformat_alloc_output_context2(&to, nullptr, format, path.c_str()), 0);
    const auto* codec = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
    auto* stream = avformat_new_stream(to, nullptr);
    auto* encoder = avcodec_alloc_context3(codec);
    encoder->width = width;
    encoder->height = height;
    encoder->time_base = {1, 25};
    encoder->pix_fmt = AV_PIX_FMT_YUV420P;
    encoder->thread_count = 1;
    if ((to->oformat->flags & AVFMT_GLOBALHEADER) != 0) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    EXPECT_GE(avcodec_open2(encoder, codec, nullptr), 0);
    avcodec_parameters_from_context(stream->codecpar, encoder);
    stream->time_base = encoder->time_base;
    av_dict_set(&to->metadata, "creation_time", "2025-06-07T08:09:10.000000Z", 0);
    EXPECT_GE(avio_open(&to->pb, path.c_str(), AVIO_FLAG_WRITE), 0);
    EXPECT_GE(avformat_write_header(to, nullptr), 0);
    auto* frame = av_frame_alloc();
    frame->format = encoder->pix_fmt;
    frame->width = width;
    frame->height = height;
    av_frame_get_buffer(frame, 0);
    auto* packet = av_packet_alloc();
    const auto drain = [&] {
        while (avcodec_receive_packet(encoder, packet) == 0) {
            av_packet_rescale_ts(packet, encoder->time_base, stream->time_base);
            packet->duration = stream->time_base.den / 25 / std::max(1, stream->time_base.num);
            av_interleaved_write_frame(to, packet);
        }
    };
    for (int i = 0; i < 25; ++i) {
        av_frame_make_writable(frame);
        std::fill_n(frame->data[0], frame->linesize[0] * height, 81);
        std::fill_n(frame->data[1], frame->linesize[1] * height / 2, 90);
        std::fill_n(frame->data[2], frame->linesize[2] * height / 2, 240);
        frame->pts = i;
        avcodec_send_frame(encoder, frame);
        drain();
    }
    avcodec_send_frame(encoder, nullptr);
    drain();
    av_write_trailer(to);
    avio_closep(&to->pb);
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&encoder);
    avformat_free_context(to);
    return path;
}

}  // namespace gallery::testing
