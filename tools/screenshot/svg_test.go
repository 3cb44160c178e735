package main

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPicturesAreUpToDate holds the README's pictures against their texts.
func TestPicturesAreUpToDate(t *testing.T) {
	texts, err := filepath.Glob("../../docs/*.ansi")
	if err != nil || len(texts) == 0 {
		t.Fatalf("there are no texts of pictures in docs: %v", err)
	}
	for _, path := range texts {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := os.ReadFile(picturePath(path))
		if err != nil {
			t.Fatal(err)
		}
		if string(picture) != svg(string(text)) {
			t.Errorf("%s is not made of %s; run go run ./tools/screenshot docs/*.ansi", picturePath(path), path)
		}
	}
}

func TestSVG(t *testing.T) {
	picture := svg("\x1b[31m✗\x1b[m a <NOSRV> & b\n  \x1b[2mend\x1b[m\n")
	for _, want := range []string{
		`<text class="r" x="16" y="29.5" textLength="8" lengthAdjust="spacingAndGlyphs">✗</text>`,
		`<text x="32" y="29.5" textLength="104" lengthAdjust="spacingAndGlyphs">a &lt;NOSRV&gt; &amp; b</text>`,
		`<text class="f" x="32" y="47.5" textLength="24" lengthAdjust="spacingAndGlyphs">end</text>`,
		`width="152" height="68"`,
	} {
		if !strings.Contains(picture, want) {
			t.Errorf("there is no %s in\n%s", want, picture)
		}
	}
	for decoder := xml.NewDecoder(strings.NewReader(picture)); ; {
		if _, err := decoder.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
