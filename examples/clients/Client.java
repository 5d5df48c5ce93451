// Calls a route of crypto-envelope with nothing but the JDK (11 or later):
//
//   ENVELOPE_KID=2026-a ENVELOPE_KEY=<base64> java Client.java default http://127.0.0.1:3000/v1/echo '{"str":"hello"}'
//   ENVELOPE_KEY=<text>                       java Client.java legacy  http://127.0.0.1:3000/getCode '{"str":"…","pwdstr":"…"}'
//
// Java reads arguments and environment in the encoding of the locale: it must be UTF-8 for texts beyond ASCII.

import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

class Client {
  static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

  interface Envelope {
    String seal(String plaintext) throws Exception;

    String open(String answer) throws Exception;
  }

  /** Profile `default`: the JSON envelope with AES-256-GCM. */
  static class Gcm implements Envelope {
    final SecretKeySpec key;
    final String kid;
    final String path;
    final byte[] nonce = new byte[12];

    Gcm(String key, String kid, URI url) {
      this.key = new SecretKeySpec(Base64.getUrlDecoder().decode(key.replace('+', '-').replace('/', '_')), "AES");
      this.kid = kid;
      this.path = url.getRawPath();
      new SecureRandom().nextBytes(nonce);
    }

    byte[] crypt(int mode, byte[] iv, byte[] input, String... associated) throws Exception {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(128, iv));
      cipher.updateAAD(String.join("\n", associated).getBytes(StandardCharsets.UTF_8));
      return cipher.doFinal(input);
    }

    public String seal(String plaintext) throws Exception {
      String ts = String.valueOf(System.currentTimeMillis());
      String text = BASE64URL.encodeToString(nonce);
      byte[] input = plaintext.getBytes(StandardCharsets.UTF_8);
      byte[] sealed = crypt(Cipher.ENCRYPT_MODE, nonce, input, "1", "A256GCM", kid, ts, text, "POST", path, "req");
      return String.format(
          "{\"v\":1,\"alg\":\"A256GCM\",\"kid\":\"%s\",\"ts\":%s,\"nonce\":\"%s\",\"ct\":\"%s\"}",
          kid, ts, text, BASE64URL.encodeToString(sealed));
    }

    /** The answer is bound to the nonce of the request: only the answer to this very request opens. */
    public String open(String answer) throws Exception {
      String iv = member(answer, "nonce");
      byte[] ct = Base64.getUrlDecoder().decode(member(answer, "ct"));
      byte[] plaintext = crypt(Cipher.DECRYPT_MODE, Base64.getUrlDecoder().decode(iv), ct,
          member(answer, "v"), member(answer, "alg"), member(answer, "kid"), member(answer, "ts"), iv,
          "POST", path, "res", BASE64URL.encodeToString(nonce));
      return new String(plaintext, StandardCharsets.UTF_8);
    }
  }

  /** Profile `legacy`: HEX(AES_ENCRYPT(json, key)) of MySQL. */
  static class Mysql implements Envelope {
    final byte[] key = new byte[16];

    Mysql(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < bytes.length; i++) key[i % 16] ^= bytes[i];
    }

    byte[] crypt(int mode, byte[] input) throws Exception {
      Cipher cipher = Cipher.getInstance("AES/ECB/PKCS5Padding");
      cipher.init(mode, new SecretKeySpec(key, "AES"));
      return cipher.doFinal(input);
    }

    public String seal(String plaintext) throws Exception {
      StringBuilder hex = new StringBuilder();
      for (byte b : crypt(Cipher.ENCRYPT_MODE, plaintext.getBytes(StandardCharsets.UTF_8)))
        hex.append(String.format("%02x", b));
      return hex.toString();
    }

    public String open(String answer) throws Exception {
      String hex = member(answer, "data");
      byte[] sealed = new byte[hex.length() / 2];
      for (int i = 0; i < sealed.length; i++) sealed[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
      return new String(crypt(Cipher.DECRYPT_MODE, sealed), StandardCharsets.UTF_8);
    }
  }

  /** A member of the answer. All that is read this way is ASCII without escapes; use a JSON library for more. */
  static String member(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\": *\"?([^\",}]+)").matcher(json);
    if (!matcher.find()) throw new IllegalStateException("the answer has no member " + name);
    return matcher.group(1);
  }

  public static void main(String[] args) throws Exception {
    String key = System.getenv().getOrDefault("ENVELOPE_KEY", "");
    if (args.length != 3 || !args[0].matches("default|legacy") || key.isEmpty()) {
      System.err.println("usage: ENVELOPE_KEY=… [ENVELOPE_KID=…] java Client.java default|legacy URL JSON");
      System.exit(2);
    }
    URI url = URI.create(args[1]);
    String kid = System.getenv().getOrDefault("ENVELOPE_KID", "");
    Envelope envelope = args[0].equals("default") ? new Gcm(key, kid, url) : new Mysql(key);
    HttpRequest request = HttpRequest.newBuilder(url).timeout(Duration.ofMinutes(2))
        .POST(HttpRequest.BodyPublishers.ofString(envelope.seal(args[2]))).build();
    HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    if (response.statusCode() == 200 && member(response.body(), "code").equals("200")) {
      out.println(envelope.open(response.body()));
    } else {
      System.err.println("refused: " + response.body());
      System.exit(1);
    }
  }
}
