{{/* A Deployment with its disruption budget and autoscaler. Takes root, part ("web" or "worker") and args. */}}
{{- define "zhibu.deployment" -}}
{{- $own := index .root.Values .part -}}
{{- $name := printf "%s-%s" (include "zhibu.name" .root) .part -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels:
    {{- include "zhibu.labels" . | nindent 4 }}
spec:
  {{- if not $own.autoscaling.enabled }}
  replicas: {{ $own.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels:
      {{- include "zhibu.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "zhibu.labels" . | nindent 8 }}
    spec:
      serviceAccountName: {{ include "zhibu.name" .root }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ add .root.Values.shutdown.wait 30 }}
      securityContext:
        {{- include "zhibu.podSecurity" . | nindent 8 }}
      {{- include "zhibu.placement" (dict "root" .root "own" $own) | nindent 6 }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "zhibu.selector" . | nindent 14 }}
      containers:
        - name: {{ .part }}
          image: {{ include "zhibu.image" .root }}
          imagePullPolicy: IfNotPresent
          args: {{ toJson .args }}
          env:
            {{- include "zhibu.serviceEnvironment" .root | nindent 12 }}
          ports:
            - {name: http, containerPort: 8000, protocol: TCP}
          {{- include "zhibu.probes" . | nindent 10 }}
          lifecycle:
            preStop:
              sleep:
                seconds: {{ .root.Values.shutdown.wait }}
          resources:
            {{- toYaml $own.resources | nindent 12 }}
          securityContext:
            {{- include "zhibu.containerSecurity" . | nindent 12 }}
          volumeMounts:
            {{- include "zhibu.serviceMounts" .root | nindent 12 }}
      volumes:
        {{- include "zhibu.volumes" .root | nindent 8 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  labels:
    {{- include "zhibu.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ $own.maxUnavailable }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "zhibu.selector" . | nindent 6 }}
{{- if $own.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ $name }}
  labels:
    {{- include "zhibu.labels" . | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ $name }}}
  minReplicas: {{ $own.autoscaling.minReplicas }}
  maxReplicas: {{ $own.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ $own.autoscaling.targetCPU }}}
{{- end }}
{{- end -}}

{{/* Where pods may run, and the secrets with which their image is fetched. */}}
{{- define "zhibu.placement" -}}
{{- with .root.Values.image.pullSecrets -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .own.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
