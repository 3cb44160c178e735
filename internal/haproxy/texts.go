package haproxy

// texts keeps one string of each text: thousands of servers have the same few
// statuses, and often the same few names.
type texts map[string]string

// of returns a field as a string.
func (t texts) of(field []byte) string {
	if len(field) == 0 {
		return ""
	}
	if text, ok := t[string(field)]; ok {
		return text
	}
	text := string(field)
	t[text] = text
	return text
}
