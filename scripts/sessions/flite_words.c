/* Speaks lines with flite and tells when every word was spoken.
 *
 * stdin:  one line per sentence,  VOICE <tab> STRETCH <tab> TEXT   (VOICE: slt, rms, awb, kal16)
 * stdout: per sentence "SAMPLES RATE SEGMENTS\n", then one line per phone
 *         "PHONE END_SECONDS WORD" (WORD: index of the blank-separated word in TEXT, -1 in a
 *         pause), then the samples as 16-bit integers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <flite/flite.h>

cst_voice *register_cmu_us_slt(const char *dir);
cst_voice *register_cmu_us_rms(const char *dir);
cst_voice *register_cmu_us_awb(const char *dir);
cst_voice *register_cmu_us_kal16(const char *dir);

static void speak(cst_voice *voice, float stretch, const char *text)
{
    feat_set_float(voice->features, "duration_stretch", stretch);
    cst_utterance *u = flite_synth_text(text, voice);
    cst_wave *w = utt_wave(u);
    int n = 0, segments = 0;
    cst_item *s;
    for (s = relation_head(utt_relation(u, "Token")); s; s = item_next(s))
        item_set_int(s, "index", n++);
    for (s = relation_head(utt_relation(u, "Segment")); s; s = item_next(s))
        segments++;
    printf("%d %d %d\n", w->num_samples, w->sample_rate, segments);
    for (s = relation_head(utt_relation(u, "Segment")); s; s = item_next(s)) {
        cst_item *i = item_as(s, "SylStructure");      /* phone, syllable, word, token */
        if (i) i = item_parent(i);
        if (i) i = item_parent(i);
        if (i) i = item_as(i, "Token");
        if (i) i = item_parent(i);
        printf("%s %.4f %d\n", item_feat_string(s, "name"), item_feat_float(s, "end"),
               i ? item_feat_int(i, "index") : -1);
    }
    fwrite(w->samples, 2, w->num_samples, stdout);
    fflush(stdout);
    delete_utterance(u);
}

int main(void)
{
    char line[8192];
    flite_init();
    while (fgets(line, sizeof line, stdin)) {
        char *name = strtok(line, "\t"), *stretch = strtok(NULL, "\t"), *text = strtok(NULL, "\n");
        if (!text) return 1;
        cst_voice *voice = !strcmp(name, "slt") ? register_cmu_us_slt(NULL)
                         : !strcmp(name, "rms") ? register_cmu_us_rms(NULL)
                         : !strcmp(name, "awb") ? register_cmu_us_awb(NULL)
                         : register_cmu_us_kal16(NULL);
        speak(voice, atof(stretch), text);
    }
    return 0;
}
