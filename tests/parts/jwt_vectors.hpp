#pragma once

// Keys that were made for these tests and guard nothing, and tokens signed with them by others.
// Node 20 (crypto.generateKeyPairSync) made the keys; openssl 3.0 the certificate (`openssl req -x509 -new
// -key`). All tokens have the claims {"sub":"alice","n":7,"exp":4102444800}, which is the year 2100.
// `node_…`: signed by crypto.sign, with dsaEncoding "ieee-p1363" for ES256 and saltLength 32 for PS256, and
// by crypto.createHmac. `openssl_…`: signed by `openssl dgst -sha256 -sign` (PS256: -sigopt
// rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32), `openssl pkeyutl -sign -rawin` for EdDSA, `openssl dgst
// -mac HMAC -macopt key:` for HS…; the ES256 signature, which openssl writes as DER, as it came and as r and
// s.

#include <string_view>

namespace longpolld::vectors {

inline constexpr std::string_view secret =
    "test-only-secret-of-more-than-64-bytes-so-that-HS512-has-as-many-as-it-wants";
inline constexpr std::string_view rsa_public = R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA5qLxSsvKDXofAedJToNI
sRr73S/kxFFDvbyOxFiL9T3RIz+VG+d3Wkngdv65Y8luujc8i3EEwAbIpm6H4UU3
dEKS6KzHJoiJ8nGBqS1YH/OeQMS2kq2FCZ7A/0Jc8+2XMZ5m0gIZnv2L+R6roZIo
uJYZ6+gLwCiOe5AYNPLLQumcfmpAkc2+exTMby7vopzD3cJVya4Ik9CUUD0pvA35
zaY/ea9R8yLcqGSNAjDsbtMpyLZ3HEBY/mtibF9bYvt2XEPp7PHcJs4rRybwHGk7
vUxYwIcKqnfizGu+L7hpBPMuOSklQebBVQpc9DpSkJMEdOnnzUscGmBeZffycxsw
MwIDAQAB
-----END PUBLIC KEY-----
)";
inline constexpr std::string_view small_rsa_public = R"(-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDnxluH0Cc5Avqx4TbNdsKcXMi2
KForqeUIfSE99oJ+x01r/4nhqVuGpM7ehnVQnyh9i2NGlSsTQ2I4h5+BKKygq7qr
QqYDhp9aYA7SOTLw41CgeOEIyVutfC/jlmU6gBjOlKPKU2ullrg3X2etkvYMm/1m
8Y9wHpduXzPByivjWwIDAQAB
-----END PUBLIC KEY-----
)";
inline constexpr std::string_view ec_public = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEDwhuz/J2S0wwM41NywSoBeyTRT8g
YE9rUjP4qA94E2yhmSJCDhVsghmk78BKUvnxNE6rPQlbwMfMoojppMt6IA==
-----END PUBLIC KEY-----
)";
inline constexpr std::string_view p384_public = R"(-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEDEx+8MeDa7qHE0cxjYpzBQLtkBJ0uxQF
rPMk8CTz7BqMcYMhja0UbC1lp22CUYB51HN3PJ9WajXKe2/AKmDPc+Ffy66rixXi
QmvNjYJ70XnbeX6IUBtzX6B5nsl0OQht
-----END PUBLIC KEY-----
)";
inline constexpr std::string_view ed_public = R"(-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJdLFDswgv0pbMYPliAB6G7ZqTd7Cz55pKtlvN2/97ns=
-----END PUBLIC KEY-----
)";
inline constexpr std::string_view rsa_private = R"(-----BEGIN PRIVATE KEY-----
MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQDmovFKy8oNeh8B
50lOg0ixGvvdL+TEUUO9vI7EWIv1PdEjP5Ub53daSeB2/rljyW66NzyLcQTABsim
bofhRTd0QpLorMcmiInycYGpLVgf855AxLaSrYUJnsD/Qlzz7ZcxnmbSAhme/Yv5
Hquhkii4lhnr6AvAKI57kBg08stC6Zx+akCRzb57FMxvLu+inMPdwlXJrgiT0JRQ
PSm8DfnNpj95r1HzItyoZI0CMOxu0ynItnccQFj+a2JsX1ti+3ZcQ+ns8dwmzitH
JvAcaTu9TFjAhwqqd+LMa74vuGkE8y45KSVB5sFVClz0OlKQkwR06efNSxwaYF5l
9/JzGzAzAgMBAAECggEAHACKlU863/oEy8FeGCc+aypgjBFlkCRhuiarmtE5ZPQ1
cTcmDnZC+nZfx3LT5Xaud/N+6Vs2fW4VbIec/c/elMIEfjWEFHydaw828+hqe66j
dy+rDxH8Rhe9TQCssn0VT1PxHexdWf1kwkFkC0DoqsimqwrIanNCIWR0W/FilmP1
tlYh4hiiYdnPdSFgFuwTT80TRxF6vmf6kEn3iIrSnHv47+M4Gh7LCAGAJret+GUD
aJ7hJv6iBdCgRKs7PXwMJ+K1/I58cRprKuUZuRXqCMu+kbd2RotqeA7blN3KjhRR
C7hbiuraAWrszOj/E+YPaGYOyNrzPI/rNlduF1wFaQKBgQD2uMyf/0ryeb66hqQZ
YDlRejsjBNqWtHADHlGiSzcjgPxL2OYGp3NJ9nbAsOsZHTgQppDiMgnDRQaOmG5v
L8KEgJB60U2wfItce0xqtQ5nci1g2ROPPkI5Rgi4OY3fzjpwhmKdqWPoEy5ayNnz
O4Xe4pchYi/6u7X/JkfpdsU+rwKBgQDvT0nn/SXFAhHq8uhKz/GtAwdv5I5oYp6Y
+OR9KUZwp8JCxyngqeQ8OH28GGV+YT4PdgtmdhNrVompq/+YsDR7+o8daYyGBRby
h8RdwrzS+9Jikx/2IUnuQ2RrFwjvE9FyH3mQRgoKssnjWmM8dcyIngTxXz4hrM79
+0yr0dTnvQKBgQDhFTTxHom0bqc3KhBZajTAhV+gEhSNeq3Z2nYlNrNl+42wcH9i
QK/oISazonPI5KQ6ZIs3IOlRMQ7LVnshipPOKDAnK/3Rbb4CMCZGD0nFzB9kBIZY
nzbxY1gfIbqyHEWqVJ9xMJEJrz4R6r0TrxDxhwzTku0stMVTsgvXDNjj1wKBgQCc
rBI8uXUyx6onYaRG5mDY3jTOQpohKP+gMsKUVqNxOcNqqK14EoIEEw/uRyKbXNqe
kK/iAsev7FXwKVULB8E0sdNkdCe1zjs5yTz8DXRFxOv18VBpeV3HiYOCwO/uZdEn
oAecNt54JpkaKaDygkTH5Hxj8fDhZxuVGCMYEiYLGQKBgQDB3O75GtK0smbmPliS
f6o4HHteD5VcHUWX5ClL7635uIEboErwQtEUlb+h4psL1kGKsOWtv2itQ8o/crRH
Lg6O2TSaSkj5rw85Lf4YMgn0cRTEeTH2Zk9gO6Lswbw5Nih+5dNeO1gVCRRURg5y
AI3HbexH4bEx1lcu+JtekLk1xg==
-----END PRIVATE KEY-----
)";
inline constexpr std::string_view rsa_jwk_n =
    "5qLxSsvKDXofAedJToNIsRr73S_kxFFDvbyOxFiL9T3RIz-VG-d3Wkngdv65Y8luujc8i3EEwAbIpm6H4UU3dEKS6KzHJoiJ"
    "8nGBqS1YH_OeQMS2kq2FCZ7A_0Jc8-2XMZ5m0gIZnv2L-R6roZIouJYZ6-gLwCiOe5AYNPLLQumcfmpAkc2-exTMby7vopzD"
    "3cJVya4Ik9CUUD0pvA35zaY_ea9R8yLcqGSNAjDsbtMpyLZ3HEBY_mtibF9bYvt2XEPp7PHcJs4rRybwHGk7vUxYwIcKqnfi"
    "zGu-L7hpBPMuOSklQebBVQpc9DpSkJMEdOnnzUscGmBeZffycxswMw";
inline constexpr std::string_view rsa_jwk_e = "AQAB";
inline constexpr std::string_view ec_private = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgfDM2GfZBR7O6OuUe
qHdzU2iGnZ5wa3dBplyrwYTxXsyhRANCAAQPCG7P8nZLTDAzjU3LBKgF7JNFPyBg
T2tSM/ioD3gTbKGZIkIOFWyCGaTvwEpS+fE0Tqs9CVvAx8yiiOmky3og
-----END PRIVATE KEY-----
)";
inline constexpr std::string_view ec_jwk_x = "Dwhuz_J2S0wwM41NywSoBeyTRT8gYE9rUjP4qA94E2w";
inline constexpr std::string_view ec_jwk_y = "oZkiQg4VbIIZpO_ASlL58TROqz0JW8DHzKKI6aTLeiA";
inline constexpr std::string_view ed_private = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIBnn+XHVbjB/Lvol0agbUVFE2AkOkr2XzXvNCRzhNEll
-----END PRIVATE KEY-----
)";
inline constexpr std::string_view ed_jwk_x = "JdLFDswgv0pbMYPliAB6G7ZqTd7Cz55pKtlvN2_97ns";
inline constexpr std::string_view rsa_certificate = R"(-----BEGIN CERTIFICATE-----
MIIDCTCCAfGgAwIBAgIUE4a5s5WJkKB8gKFrIvS8hdPQcQwwDQYJKoZIhvcNAQEL
BQAwFDESMBAGA1UEAwwJdGVzdC1vbmx5MB4XDTI2MTEyNTA3MTY0NVoXDTI2MTEy
NjA3MTY0NVowFDESMBAGA1UEAwwJdGVzdC1vbmx5MIIBIjANBgkqhkiG9w0BAQEF
AAOCAQ8AMIIBCgKCAQEA5qLxSsvKDXofAedJToNIsRr73S/kxFFDvbyOxFiL9T3R
Iz+VG+d3Wkngdv65Y8luujc8i3EEwAbIpm6H4UU3dEKS6KzHJoiJ8nGBqS1YH/Oe
QMS2kq2FCZ7A/0Jc8+2XMZ5m0gIZnv2L+R6roZIouJYZ6+gLwCiOe5AYNPLLQumc
fmpAkc2+exTMby7vopzD3cJVya4Ik9CUUD0pvA35zaY/ea9R8yLcqGSNAjDsbtMp
yLZ3HEBY/mtibF9bYvt2XEPp7PHcJs4rRybwHGk7vUxYwIcKqnfizGu+L7hpBPMu
OSklQebBVQpc9DpSkJMEdOnnzUscGmBeZffycxswMwIDAQABo1MwUTAdBgNVHQ4E
FgQU/khoELXwG/xtaW7IrZnFozBKSMgwHwYDVR0jBBgwFoAU/khoELXwG/xtaW7I
rZnFozBKSMgwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEA49HT
0qO9UO2X8KEmI7Hk/f3d7hXSMhNEYS50Y3y6fku8VnkaB+gtpcHz7ZK6eCnuwVIy
G3YTvL2j3PkIc2hNKZ7hu9QF2linzkmxg5rTT5+3hdKxo+JvtEWS7KEU5FWyDK7+
A78X2ZwlAEDa+drmT+lRtqhM1jJHyveS3T0/8u7ijuWqol+p2nNpOfJw4WgCfJfw
+Ul8g0aBpJsgs3V3KYfK1tYCJmUu2fveMeeTZJce9Zj/QZq7wsv/HYHkeZTUS7AI
MXNnIgz2DVNeTwEc0M10MPVdRLL4KH3Ge02ZWaxBOw/tehjFL4W5KjczdkqnvzU+
uVGY1tIddRqRWaQkUQ==
-----END CERTIFICATE-----
)";
inline constexpr std::string_view node_rs256 =
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.eSxta0w"
    "pbqAWrhpkK8Dmu2nGVHWye7GLUw-L_s0c6JWK8MKueYzNgMXTPKinRyFw_ahkRoIN31Dum4godhCBuRFem3T26PvHn3tWonD"
    "5P0ztmEVW7Xilrbgl9QUSJY-_rEoHvVKJTdegEC7rInlhRCkSI-TlsZuhuAdHZDgfo_bcygXRNq3pMwU_XN9i36hPtnk38Jh"
    "dRGbUXJPRXQVSeToXTsj_S16MKPdlkbG4AKx7J01HM_KxTBhQ_90thv0fS_Z8MZ3qclPMzQDytSUOWtuAI6xkMzpZHPZz893"
    "4a8F6ZM1vXmiDG45FW0TgI3f_JDz0b5srsfyGlSWt4SxC9Q";
inline constexpr std::string_view openssl_rs256 =
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.eSxta0w"
    "pbqAWrhpkK8Dmu2nGVHWye7GLUw-L_s0c6JWK8MKueYzNgMXTPKinRyFw_ahkRoIN31Dum4godhCBuRFem3T26PvHn3tWonD"
    "5P0ztmEVW7Xilrbgl9QUSJY-_rEoHvVKJTdegEC7rInlhRCkSI-TlsZuhuAdHZDgfo_bcygXRNq3pMwU_XN9i36hPtnk38Jh"
    "dRGbUXJPRXQVSeToXTsj_S16MKPdlkbG4AKx7J01HM_KxTBhQ_90thv0fS_Z8MZ3qclPMzQDytSUOWtuAI6xkMzpZHPZz893"
    "4a8F6ZM1vXmiDG45FW0TgI3f_JDz0b5srsfyGlSWt4SxC9Q";
inline constexpr std::string_view node_ps256 =
    "eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.K3kuxqX"
    "SSqvNLV3eXCqCdb6rp1PPWMcsuvM4FUIjJVqFSJeUzM6odDp9lW1OmJgyUV-9QSo10vVnZsFE-rc1HemUY-4zaO_hG_L_eqg"
    "aIQwrJ_8-DSJCSL08wYiQf8anKGsw0_9Pq4oONjP3t3qe9jSKhViJd_1q3uf4yauHtsA9PzjPCkosAIoWcbqXbsUP3YSgLpr"
    "HCx9zJjGBoHARoVCm1M0oYsvr4x5_LgMlxwW29SD1KWvAq2CmrBNNjPfnN0dEaF5d43PiaPY6hnYgLK4n_f49Izn-oPJIZ0A"
    "2eex3APavvt-ECUPVYQ0RkhzzUjQdrYYpWZk0wUu4cSPnZQ";
inline constexpr std::string_view openssl_ps256 =
    "eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.ekNHby4"
    "3tWf-Zl1P4ziB9JydhZWExCGzp5rqDEl-Z-X3NfpyQkMc7-fORfKO9HGtlHgRiWVkypfcBuk6hLrXk5-gSMMCpPHnX59DsZ2"
    "DDpi6KVQ5cRuTm09r_3EFjS6db5h-1c29SMADfzvsn2_ny1-hnnMcyGHXCnWUimO1kwWCotVbUlPj1BdBPEaYPuSxWqCQh1_"
    "SBLLh-t8vC8KwCgrP0pmznX8Y64YB1vqIsym5MfBVi5z45P7jkoZGqgAOqCifFIt9vvmeThoOxF5ZgyuV3iS_6lqhCTCoLo4"
    "IZiC-FRz09SlTDcMHJNRLTvRixY_vvYfj3SYYe6NR7ClhVw";
inline constexpr std::string_view node_es256 =
    "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.nxrzuiY"
    "G3HmVGvNCDBng-EwUTxcBUYt5XNNYQ98TJfdiT_vGi72oFK6Ecgsm5UsxGOYh1zB-rBjMrfCx-QCzSA";
inline constexpr std::string_view openssl_es256_der =
    "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.MEYCIQC"
    "GlWxTJSfn3rFo02mdPKB7xU3o4OcHBcYk66n7bb8U7wIhAKeuy3LCvUUk5EEfDQkHZynFhTg4R44RVrsYyI0V1KmU";
inline constexpr std::string_view openssl_es256 =
    "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.hpVsUyU"
    "n596xaNNpnTyge8VN6ODnBwXGJOup-22_FO-nrstywr1FJORBHw0JB2cpxYU4OEeOEVa7GMiNFdSplA";
inline constexpr std::string_view node_eddsa =
    "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.COr7FM2"
    "jNSjAkkRAlHopTKq6MqBVVv_H6cczzzMr1uYlZ3lhy39Wh_VoXJKQiIy4GCqhJwmRJDEGKTO9kIvMDg";
inline constexpr std::string_view openssl_eddsa =
    "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.COr7FM2"
    "jNSjAkkRAlHopTKq6MqBVVv_H6cczzzMr1uYlZ3lhy39Wh_VoXJKQiIy4GCqhJwmRJDEGKTO9kIvMDg";
inline constexpr std::string_view node_hs256 =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.5degfED"
    "G_BxpIqDRuorQ1WSiwMNL9qCi6UPIVwxuLo4";
inline constexpr std::string_view openssl_hs256 =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.5degfED"
    "G_BxpIqDRuorQ1WSiwMNL9qCi6UPIVwxuLo4";
inline constexpr std::string_view node_hs384 =
    "eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.mza3wAC"
    "VeF4uq2lKDhORMafO1FYRMotOzaud3aTw9tlBZJtYG695txqLIduMO1Bm";
inline constexpr std::string_view openssl_hs384 =
    "eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.mza3wAC"
    "VeF4uq2lKDhORMafO1FYRMotOzaud3aTw9tlBZJtYG695txqLIduMO1Bm";
inline constexpr std::string_view node_hs512 =
    "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.Vg_Dpgx"
    "4T3SmMGWIIP1dJDgDN3PXbXQvZANA7ZoB39y5CzPYLgd5t9Nt79acuCHGnFzEj3xHN9RLVZUzJ5i8uQ";
inline constexpr std::string_view openssl_hs512 =
    "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.Vg_Dpgx"
    "4T3SmMGWIIP1dJDgDN3PXbXQvZANA7ZoB39y5CzPYLgd5t9Nt79acuCHGnFzEj3xHN9RLVZUzJ5i8uQ";
inline constexpr std::string_view node_ps256_salt20 =
    "eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.uCLQYN-"
    "8tjZqRWPy-u-ZXsJKP0b0nI4M3oVXjIWV70zCfHb_-g9teBIo-C7XzoT9BdCu9L52W0MpFcmsp64rd9oAEuRTNTH-BNnf_fK"
    "rhlVnmihvwfwkQ5i-8tSO_fVjCViBbmr7gKJ9UopNv6zbFC9EtxzdRXhSWqeBezNw04D7KhKGDAqHXFeKaG9SMCWF9Wqanu4"
    "tQqUJPzSaMsLip7jCnVKnYNdmxfZPco0NzoDTpq7rhBAXIgcrvbZoUfu2IahUfNj2fpfpqAe1hgc9etfy2Ts7zHXnWOrEiJv"
    "y2_HJIVZBzG2rzgpQ0EOhoY4QLjB1vKLr8rCdhLo6VXPA8g";
/// Its signature's first byte is 0.
inline constexpr std::string_view node_ps256_zero =
    "eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsIm4iOjcsImV4cCI6NDEwMjQ0NDgwMH0.APLJMb-R"
    "KG9hri0ibBlHO1DxZY0OIdBvgNCwSr2c_NagQMXdJJDQlok4gYUNAE-myx3_GG15LjWlApnLbzaNnjHrWFF-0wXzbtWuY0QsS"
    "8GAiqsg-kvrMTyWUq7k62B3rSdIUYsEYqBtk2xoTGtKceIyJmJd0DovGeMVR6LXWtK5-h61HobZEofs908ZKBCwMrNeQsN73n"
    "hzPY0nmAD3wGXT6YhFYmlVKWlgAEFnM5jAV1FHyLGJkZWzfGNkBSVOtvxtpPf4Zgvxn07VE8DBeEz-e8esdaa3QdWcR6m7HHh"
    "Jqrt_nNyvIr1BIRFRK75VtMeEw0gyak462nrQ50zWdQ";

}  // namespace longpolld::vectors
